using System.Text.RegularExpressions;

namespace QwenChat.Recall;

/// <summary>Recognizes <see cref="AnswerKinds"/> in questions and texts, in English and Chinese.</summary>
internal static partial class AnswerPatterns
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    /// <summary>Returns the kinds of facts that a message asks for; <c>None</c> if the message is a statement or asks for other facts.</summary>
    public static AnswerKinds AskedBy(string message) => (AsksNumber().IsMatch(message) ? AnswerKinds.Number : 0)
        | (AsksTime().IsMatch(message) ? AnswerKinds.Time : 0) | (AsksName().IsMatch(message) ? AnswerKinds.Name : 0)
        | (AsksReason().IsMatch(message) ? AnswerKinds.Reason : 0);

    public static AnswerKinds In(string text) => (Number().IsMatch(text) ? AnswerKinds.Number : 0) | (Time().IsMatch(text) ? AnswerKinds.Time : 0)
        | (Name().IsMatch(text) ? AnswerKinds.Name : 0) | (Reason().IsMatch(text) ? AnswerKinds.Reason : 0);

    [GeneratedRegex(@"\bhow (much|many|far|long|large|big|tall|high|wide|deep|heavy|old|often|fast|hot|cold|warm|thick|strong)\b|\b(what|which) "
        + @"(\w+ )?(price|cost|amount|number|size|dose|weight|height|age|percentage|temperature|speed|distance|score|salary|rent|fee)\b"
        + @"|\bwhat\b.{0,40}\bcosts?\b"
        + "|多少|几(?!乎)|多[大重长久远高宽深厚快]|尺寸|价格|剂量", Options)]
    private static partial Regex AsksNumber();

    [GeneratedRegex(@"\bwhen\b|\b(what|which) (\w+ )?(time|date|day|month|year|weekday|morning|evening)\b|\buntil what\b|什么时[候间]|何时"
        + "|几[点号月时]|哪[一]?[天年月日]|星期几|周几|截止|日期", Options)]
    private static partial Regex AsksTime();

    [GeneratedRegex(@"\bwho(m|se)?\b|\b(name|named|called|brand|make|model)\b|\bwhich\b"
        + "|谁|叫什么|姓什么|名字|牌子|品牌|型号|哪[家所位款种个本座条支部]", Options)]
    private static partial Regex AsksName();

    [GeneratedRegex(@"\bwhy\b|\bwhat (was|is) the (reason|cause)\b|为什么|为何|怎么会|原因", Options)]
    private static partial Regex AsksReason();

    [GeneratedRegex(@"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|hundred|thousand|million|"
        + "half|once|twice|dozen)\\b"
        + "|(?<![周期拜])[二两三四五六七八九十百千万半][\u3400-\u9fff]|一[个条次片块本天周月年小公斤米]", Options)]
    private static partial Regex Number();

    [GeneratedRegex(@"\b((mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august|september|october|november|december|"
        + @"\d{1,2}:\d\d|[ap]\.?m\.?|o'clock|noon|midnight|mornings?|evenings?|tonight|weekends?|every|(19|20)\d\d|spring|summer|autumn|winter)\b"
        + "|[0-9一二三四五六七八九十底初][月号日点年]|[周][一二三四五六日末]"
        + "|星期|早上|上午|中午|下午|晚上|周末|每天|[月年]底|[月年]初", Options)]
    private static partial Regex Time();

    // A name has a capital letter within a sentence, or, in Chinese text, Latin letters or a title.
    [GeneratedRegex(@"(?<=[\p{Ll}\d,] (the )?)(?!I\b)\p{Lu}|(?<=[\u3400-\u9fff]\s?)[A-Za-z]"
        + @"|姓|叫|是[^的是]{1,6}的[，。]|老师|先生|女士|医生|主任|牌|[\u3400-\u9fff]大学|公司",
        RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\b(because|since|reason|due|cause[sd]?|so that|therefore)\b|因为|由于|原因|所以|不然|否则|为了", Options)]
    private static partial Regex Reason();
}
