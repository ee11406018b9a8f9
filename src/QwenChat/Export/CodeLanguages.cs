namespace QwenChat.Export;

/// <summary>The supported languages, by the names used after code fences.</summary>
internal static class CodeLanguages
{
    private const string CWords =
        "auto break case char const continue default delete do double else enum extern false float for goto if inline int long namespace new "
        + "null nullptr operator private protected public return short signed sizeof static struct switch template this throw true try catch typedef union "
        + "unsigned using virtual void volatile while bool class override";

    private const string CSharpWords =
        "abstract as async await base bool break byte case catch char checked class const continue decimal default delegate do double else enum "
        + "event explicit extern false finally fixed float for foreach get goto if implicit in init int interface internal is lock long namespace new not "
        + "null object operator or "
        + "out override params partial private protected public readonly record ref required return sbyte sealed set short sizeof static string struct switch "
        + "this throw true try typeof uint ulong unchecked unsafe ushort using value var virtual void volatile when where while with yield and";

    private const string JavaWords =
        "abstract assert boolean break byte case catch char class const continue default do double else enum extends false final finally float for "
        + "fun if implements import in instanceof int interface internal is lateinit long native new null object open override package private protected "
        + "public record return short "
        + "static super suspend switch synchronized this throw throws true try val var void volatile when while yield func let guard struct protocol "
        + "extension self nil defer where";

    private const string ScriptWords =
        "abstract as async await break case catch class const continue debugger declare default delete do else enum export extends false finally "
        + "for from function get if implements import in instanceof interface keyof let new null number of private protected public readonly return set "
        + "static string super switch this throw true try type typeof undefined var void while with yield boolean any unknown never";

    private const string PythonWords =
        "False None True and as assert async await break case class continue def del elif else except finally for from global if import in is "
        + "lambda match nonlocal not or pass raise return self try while with yield";

    private const string GoWords =
        "break case chan const continue default defer else fallthrough false for func go goto if import interface map nil package range return select "
        + "struct switch true type var string int int64 bool byte error any";

    private const string RustWords =
        "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self "
        + "static struct super trait true type unsafe use where while bool char f32 f64 i32 i64 u8 u32 u64 usize str";

    private const string ShellWords =
        "case do done elif else esac exit export fi for function if in local read readonly return select set shift source then unset until while "
        + "echo cd true false";

    private const string PowerShellWords =
        "begin break catch class continue data do dynamicparam else elseif end enum exit filter finally for foreach from function hidden if in "
        + "param process return static switch throw trap try until using while";

    private const string SqlWords =
        "add all alter and any as asc begin between by case check column commit constraint create cross database default delete desc distinct drop "
        + "else end exists false foreign from full function group having if in index inner insert into is join key left like limit not null offset on or "
        + "order outer primary "
        + "references returning right rollback select set table then transaction true union unique update using values view when where with int integer text "
        + "varchar boolean timestamp date numeric bigint serial";

    private static readonly CodeLanguage s_c = new() { Keywords = Words(CWords), LineComments = ["//"], BlockComment = ("/*", "*/"), HasCapitalTypes = true };

    /// <summary>The languages by name, case-insensitive.</summary>
    public static IReadOnlyDictionary<string, CodeLanguage> All { get; } = Build();

    private static Dictionary<string, CodeLanguage> Build()
    {
        var all = new Dictionary<string, CodeLanguage>(StringComparer.OrdinalIgnoreCase);
        Add("c cpp c++ h hpp cc objc objective-c cuda", s_c);
        Add("csharp cs c#", s_c with
        {
            Keywords = Words(CSharpWords),
            Strings = [new("\"\"\"", "\"\"\"", ' ', ManyLines: true), new("@\"", "\"", ' ', ManyLines: true), CodeString.Double, CodeString.Single],
        });
        Add("java kotlin kt scala swift dart groovy", s_c with
        {
            Keywords = Words(JavaWords),
            Strings = [new("\"\"\"", "\"\"\"", ManyLines: true), CodeString.Double, CodeString.Single],
        });
        Add("javascript js typescript ts jsx tsx mjs node", s_c with
        {
            Keywords = Words(ScriptWords),
            Strings = [CodeString.Double, CodeString.Single, CodeString.Template],
        });
        Add("go golang", s_c with { Keywords = Words(GoWords), Strings = [CodeString.Double, CodeString.Single, new("`", "`", ' ', ManyLines: true)] });
        // In Rust, a single quote often begins a lifetime and not a character, so it does not begin a string here.
        Add("rust rs", s_c with { Keywords = Words(RustWords), Strings = [new("\"", "\"", ManyLines: true)] });
        Add("php", s_c with { Keywords = Words(ScriptWords + " echo array foreach use namespace fn match"), LineComments = ["//", "#"], Variable = '$' });
        Add("python py ipython pycon", new CodeLanguage
        {
            Keywords = Words(PythonWords),
            LineComments = ["#"],
            Strings = [new("\"\"\"", "\"\"\"", ManyLines: true), new("'''", "'''", ManyLines: true), CodeString.Double, CodeString.Single],
            HasCapitalTypes = true,
        });
        Add("ruby rb", new CodeLanguage { Keywords =
            Words(PythonWords + " end do module require then unless until when nil true false puts begin rescue ensure"), LineComments = ["#"],
            HasCapitalTypes = true });
        Add("powershell pwsh ps1 ps psm1 psd1", new CodeLanguage
        {
            Keywords = Words(PowerShellWords, ignoreCase: true),
            LineComments = ["#"],
            BlockComment = ("<#", "#>"),
            Strings = [new("@\"\n", "\n\"@", ' ', ManyLines: true), new("@'\n", "\n'@", ' ', ManyLines: true), new("\"", "\"", '`', ManyLines: true),
                new("'", "'", ' ', ManyLines: true)],
            Variable = '$',
            HasDashedNames = true,
        });
        Add("bash sh shell zsh console dockerfile docker makefile make", new CodeLanguage
        {
            Keywords = Words(ShellWords + " FROM RUN COPY ADD CMD ENTRYPOINT ENV WORKDIR EXPOSE ARG"),
            LineComments = ["#"],
            Strings = [new("\"", "\"", ManyLines: true), new("'", "'", ' ', ManyLines: true)],
            Variable = '$',
        });
        Add("sql postgresql postgres mysql sqlite tsql plsql", new CodeLanguage
        {
            Keywords = Words(SqlWords, ignoreCase: true),
            LineComments = ["--"],
            BlockComment = ("/*", "*/"),
            Strings = [new("'", "'", ' ', ManyLines: true), CodeString.Double],
        });
        Add("json jsonc json5 jsonl",
            new CodeLanguage { Keywords = Words("true false null"), LineComments = ["//"], BlockComment = ("/*", "*/"), Strings = [CodeString.Double],
                HasKeys = true });
        Add("yaml yml toml ini properties conf",
            new CodeLanguage { Keywords = Words("true false null yes no on off", ignoreCase: true), LineComments = ["#"], HasKeys = true });
        Add("css scss less", new CodeLanguage { Keywords = Words("important media import keyframes supports"), BlockComment = ("/*", "*/"), HasKeys = true });
        Add("html xml xhtml svg xaml vue csproj markup", new CodeLanguage { IsMarkup = true, BlockComment = ("<!--", "-->"), Strings = [] });
        Add("diff patch", new CodeLanguage { IsDiff = true });
        return all;

        void Add(string names, CodeLanguage language)
        {
            foreach (string name in names.Split(' '))
                all[name] = language;
        }
    }

    private static HashSet<string> Words(string words, bool ignoreCase = false) =>
        new(words.Split(' '), ignoreCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
}
