using System.Collections;
using System.Globalization;
using System.Management.Automation;
using QwenChat.Commands.Input;
using QwenChat.Tools;

namespace QwenChat.Commands.Tools;

/// <summary>
/// Converts the output of a tool to text for the model while the tool runs. A string or number becomes a line, and a dictionary or custom object becomes a
/// line of JSON. Other objects are rendered as PowerShell displays them. Output beyond the limit is only counted.
/// </summary>
internal sealed class ToolOutput
{
    private const int MostDisplayed = 1_000;
    private const int MaximumJsonBytes = 256 * 1024;

    private readonly CappedText _text = new();
    private readonly List<object> _run = [];
    private readonly List<(int Place, string Text)> _lines = [];
    private long _count;
    private bool _isMore;

    /// <summary>Whether the tool has written no output. Errors and warnings do not count.</summary>
    public bool IsEmpty => _count == 0;

    public void Add(object? value)
    {
        object? plain = ScalarValue.Plain(value);
        if (plain is null)
            return;
        _count++;
        if (TextOf(plain) is { } line)
            AddLine(line);
        else if (plain is PSObject or IDictionary || plain.GetType().Assembly.IsDynamic)
            AddLine(JsonOf(value!));
        else if (_run.Count < MostDisplayed && !_text.IsFull)
            _run.Add(value!);
        else
            _isMore = true;
    }

    /// <summary>Adds a line that does not count as output of the tool, such as an error or a warning.</summary>
    public void AddLine(string line)
    {
        // Objects are rendered only after the tool has ended. A line that follows an object is therefore buffered with its position.
        if (_run.Count > 0)
            _lines.Add((_run.Count, line));
        else
            _text.AddLine(line);
        if (_lines.Count > MostDisplayed)
        {
            _lines.RemoveAt(_lines.Count - 1);
            _isMore = true;
        }
    }

    /// <summary>Returns the text for the model. Called on the pipeline thread after the tool has ended, to render the objects.</summary>
    public string ToText()
    {
        int from = 0;
        foreach (var (place, line) in _lines.Append((_run.Count, "")))
        {
            foreach (var run in RunsOf(_run[from..place]))
                Display(run);
            from = place;
            if (line.Length > 0)
                _text.AddLine(line);
        }
        return _text.ToText(_count, _isMore);
    }

    private static string? TextOf(object plain) => plain switch
    {
        string text => text,
        DateTime or DateTimeOffset or DateOnly or TimeOnly => ((IFormattable)plain).ToString("o", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        FileSystemInfo or Delegate => null,
        _ => plain is ValueType && ScalarValue.Of(plain) is { Kind: not ScalarKind.Secret } scalar ? scalar.Text : null,
    };

    private static string JsonOf(object value)
    {
        try
        {
            return ObjectJson.ToText(value, MaximumJsonBytes);
        }
        catch (QwenException unwritable)
        {
            return $"(an object that cannot be displayed: {unwritable.Message})";
        }
    }

    private static IEnumerable<List<object>> RunsOf(List<object> objects)
    {
        var run = new List<object>();
        foreach (object one in objects)
        {
            if (run.Count > 0 && KindOf(one) != KindOf(run[0]))
            {
                yield return run;
                run = [];
            }
            run.Add(one);
        }
        if (run.Count > 0)
            yield return run;
    }

    // PowerShell displays files and folders in the same table.
    private static Type KindOf(object value) =>
        ScalarValue.Plain(value) is var plain and not FileSystemInfo ? plain!.GetType() : typeof(FileSystemInfo);

    private void Display(List<object> run)
    {
        using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddCommand(@"Microsoft.PowerShell.Utility\Out-String", useLocalScope: true).AddParameter("Width", 200).AddParameter("Stream");
        string[] lines = shell.Invoke<string>(run).Select(line => line.TrimEnd()).ToArray();
        foreach (string line in lines.SkipWhile(line => line.Length == 0).Reverse().SkipWhile(line => line.Length == 0).Reverse())
            _text.AddLine(line);
    }
}
