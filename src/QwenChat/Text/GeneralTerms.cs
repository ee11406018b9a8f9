using System.Collections.Frozen;

namespace QwenChat.Text;

/// <summary>Terms, in English and Chinese, that occur in text about any subject and therefore do not indicate the subject.</summary>
internal static class GeneralTerms
{
    /// <summary>The weight of a general term relative to other terms.</summary>
    public const double Weight = 0.5;

    private static readonly FrozenSet<string> s_terms = SearchTerms.Of("""
        ability able actually add added again ago agree allow amount answer appear area ask asked asking bad beginning begin believe better big bit bring
        brought call called care case cause certain change changed choose chose chosen course day days decide decided deal depend different difficult
        easy end enough exactly example expect fact far feel felt few find fine first follow forget forgot found full gave general give given gives
        giving great happen happened hard hear heard help high hold hope idea important include instead issue keep kept last later least leave left less
        let little live long look looked looking lose low main matter mean meant mention mentioned moment month name need needed new next note number
        often old open ordinary part particular past people person place plan point possible problem question reason remember remind right round run
        second see seem seen set short show side since small soon sort speak spoke start started state stay still stop story sure talk talked talking
        than thank three time times today together tomorrow too towards tried true try turn two type use used useful uses using usual usually way week
        weeks well whole wish wonder word words work works worked worry worse write wrong year years yesterday
        时候 知道 觉得 事情 问题 东西 开始 记得 现在 今天 昨天 明天 最好 建议 需要 使用 告诉 时间 一般 可能
        应该 已经 一直 一起 自己 别人 大家 以后 以前 之前 之后 后来 最近 有点 比较 方便 情况 地方 部分 准备
        打算 决定 计划 希望 选择 重要 容易 简单 麻烦 注意 提醒 每天 每次 每个 上次 下次 第一 其他 主要 特别
        尤其
        """).Where(term => term.Weight > CharacterWeight).Select(term => term.Term).ToFrozenSet(StringComparer.Ordinal);

    // The weight of single ideographs. They are excluded from s_terms, because they are parts of many words.
    private const double CharacterWeight = 0.3;

    public static bool Contains(string term) => s_terms.Contains(term);
}
