using System.Collections.Frozen;

namespace QwenChat.Text;

/// <summary>Stop words in English and Chinese: function words, which do not indicate a subject, and courtesies (thanks and greetings).</summary>
internal static class CommonWords
{
    private static readonly FrozenSet<string> s_function = Split("""
        a an the this that these those here there i me my mine myself we us our ours ourselves you your yours yourself he him his himself she her hers
        herself it its itself they them their theirs themselves one ones who whom whose which what when where why how am is are was were be been being
        do does did done doing have has had having can could may might must shall should will would ought need and or but nor so yet if then else than
        as because while until though although since unless whether of at by for with without about against between into through during before after
        above below to from up down in out on off over under again further once all any both each few more most other others some such no not only own
        same too very just also even still ever never now already much many lot lots let s t re ve m ll d don doesn didn won isn aren wasn weren couldn
        wouldn shouldn get got gets getting go goes going went gone come comes came make makes made put puts take takes took say says said tell tells
        told know knows knew think thinks thought want wants wanted like likes kind sort thing things something anything everything nothing someone
        anyone way please really quite rather maybe perhaps upon per via etc
        """);

    private static readonly FrozenSet<string> s_courtesy = Split("""
        thanks thank thx cheers ok okay yes yeah yep no nope sure fine great good nice perfect cool awesome wonderful excellent lovely hi hello hey bye
        goodbye welcome sorry right exactly agreed understood alright well helpful appreciated appreciate morning evening night day later see wow
        ah oh hmm haha lol
        """);

    // The list contains single characters, because WordBreaker splits a phrase such as 什么时候 into characters.
    private static readonly FrozenSet<string> s_ideographs = Characters(
        "的了是我你他她它们在有和与就都也很还不没吗呢吧啊呀哦嗯么什谁"
        + "哪怎样几多少个这那些里上下来去到要会能可以应该"
        + "把被给对从为因所但而且或者又再才只让请问说想知道得着过一");

    private static readonly FrozenSet<string> s_courteousIdeographs = Characters(
        "谢好的嗯哦是啊对行知道了明白再见您你早晚安不客气太棒没问题可以多辛苦感收到呵哈们我很");

    public static bool IsFunctionWord(string word) => s_function.Contains(word) || s_ideographs.Contains(word);

    public static bool IsCourtesy(string word) => s_courtesy.Contains(word) || s_courteousIdeographs.Contains(word);

    private static FrozenSet<string> Split(string words) =>
        words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static FrozenSet<string> Characters(string characters) => characters.Select(one => one.ToString()).ToFrozenSet(StringComparer.Ordinal);
}
