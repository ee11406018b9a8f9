using System.Buffers;
using System.Collections;
using System.Data;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace QwenChat.Commands.Input;

/// <summary>
/// Writes script objects as JSON. Nested objects of .NET's own types can refer to large parts of the process, so they are written as JSON only to a depth
/// of <see cref="PlatformDepth"/> levels. Deeper values, and references to an outer object, are written as text.
/// </summary>
internal sealed class ObjectJson
{
    private const int MaximumDepth = 64;
    private const int PlatformDepth = 2;
    private const int ObjectDepth = 16;

    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;
    private readonly HashSet<object> _open = new(ReferenceEqualityComparer.Instance);
    private readonly bool _isBody;
    private readonly int _maximumBytes;

    private ObjectJson(bool isBody, int maximumBytes)
    {
        _isBody = isBody;
        _maximumBytes = maximumBytes;
        _writer = new Utf8JsonWriter(_buffer, s_options);
    }

    /// <summary>
    /// Returns a value as one line of JSON for a model. Numbers that JSON cannot represent are written as text, and secrets as a placeholder.
    /// </summary>
    /// <exception cref="QwenException">The value contains itself, is nested too deeply, or exceeds the maximum size.</exception>
    public static string ToText(object? value, int maximumBytes) => JoinPairs(Encoding.UTF8.GetString(Write(value, isBody: false, maximumBytes).Span));

    /// <summary>Returns a value as part of a request body.</summary>
    /// <exception cref="QwenException">The value has no JSON form: a secret, NaN, infinity, or a reference to itself.</exception>
    public static JsonElement ToElement(object? value)
    {
        using var document = JsonDocument.Parse(Write(value, isBody: true, Array.MaxLength / 2), new JsonDocumentOptions { MaxDepth = MaximumDepth + 8 });
        return document.RootElement.Clone();
    }

    /// <summary>Returns whether a value is written member by member, as a JSON object.</summary>
    public static bool HasMembers(object value)
    {
        object? plain = ScalarValue.Plain(value);
        return plain is not (JsonElement or JsonDocument or JsonNode) && ScalarValue.Of(plain) is null && (IsData(plain!) || !IsList(plain!));
    }

    private static ReadOnlyMemory<byte> Write(object? value, bool isBody, int maximumBytes)
    {
        var json = new ObjectJson(isBody, maximumBytes);
        using (json._writer)
            json.Write(value, depth: 0, objectDepth: 0);
        return json._buffer.WrittenMemory;
    }

    // Unescapes surrogate pairs. Every available encoder escapes characters outside the Basic Multilingual Plane, such as emoji, so a model would read
    // twelve characters instead of one.
    private static string JoinPairs(string json)
    {
        int at = json.IndexOf("\\uD", StringComparison.Ordinal);
        if (at < 0)
            return json;
        var text = new StringBuilder(json.Length);
        for (at = 0; at < json.Length; at++)
        {
            if (json[at] != '\\')
                text.Append(json[at]);
            else if (UnitAt(json, at) is { } high && UnitAt(json, at + 6) is { } low && char.IsSurrogatePair(high, low))
            {
                text.Append(high).Append(low);
                at += 11;
            }
            else
                text.Append(json[at]).Append(json[++at]);
        }
        return text.ToString();
    }

    private static char? UnitAt(string json, int at) =>
        at + 6 <= json.Length && json[at] == '\\' && json[at + 1] == 'u'
        ? (char)int.Parse(json.AsSpan(at + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : null;

    private void Write(object? value, int depth, int objectDepth)
    {
        if (depth > MaximumDepth)
            throw Refuse($"A value is nested more than {MaximumDepth} levels deep. Specify the parts of the value separately.");
        if (_writer.BytesCommitted + _writer.BytesPending > _maximumBytes)
            throw Refuse(
                FormattableString.Invariant($"An object is longer than {_maximumBytes:N0} bytes as JSON. ")
                    + "Reduce it, for example with Select-Object or ConvertTo-Json -Depth 2.");
        object? plain = ScalarValue.Plain(value);
        if (WriteJson(plain))
            return;
        if (ScalarValue.Of(plain) is { } scalar)
            WriteScalar(scalar);
        else
            WriteContainer(value!, plain!, depth, objectDepth);
    }

    /// <summary>Writes a value that already is JSON. Returns false for any other value.</summary>
    private bool WriteJson(object? value)
    {
        switch (value)
        {
            case JsonElement { ValueKind: JsonValueKind.Undefined }:
                _writer.WriteNullValue();
                return true;
            case JsonElement element:
                element.WriteTo(_writer);
                return true;
            case JsonDocument document:
                document.WriteTo(_writer);
                return true;
            case JsonNode node:
                node.WriteTo(_writer);
                return true;
            default:
                return false;
        }
    }

    private void WriteScalar(ScalarValue scalar)
    {
        switch (scalar.Kind)
        {
            case ScalarKind.Null:
                _writer.WriteNullValue();
                break;
            case ScalarKind.Literal:
                _writer.WriteRawValue(scalar.Text);
                break;
            case ScalarKind.NotFinite when _isBody:
                throw Refuse($"The value {scalar.Text} cannot be represented in JSON. Specify a finite number.");
            case ScalarKind.Secret when _isBody:
                throw Refuse(
                    "A SecureString is a secret and cannot be part of a request body. To send its text, use ConvertFrom-SecureString -AsPlainText.");
            default:
                _writer.WriteStringValue(scalar.Text);
                break;
        }
    }

    private void WriteContainer(object value, object plain, int depth, int objectDepth)
    {
        bool isData = IsData(plain);
        if (!isData && IsList(plain))
        {
            Enter(plain);
            _writer.WriteStartArray();
            foreach (object? element in ElementsOf(plain))
                Write(element, depth + 1, objectDepth);
            _writer.WriteEndArray();
        }
        else if (!isData && (objectDepth >= DepthOf(plain) || _open.Contains(plain)))
        {
            _writer.WriteStringValue(plain.ToString());
            return;
        }
        else
        {
            Enter(plain);
            _writer.WriteStartObject();
            foreach (var (name, member) in ObjectMembers.Of(value))
            {
                _writer.WritePropertyName(name);
                Write(member, depth + 1, isData ? objectDepth : objectDepth + 1);
            }
            _writer.WriteEndObject();
        }
        _open.Remove(plain);
    }

    private static bool IsData(object value) => value is IDictionary or PSObject or DataRow or DataRowView or DataSet;

    private static bool IsList(object value) => value is IEnumerable or DataTable;

    private static int DepthOf(object value) => value.GetType().Namespace is { } space
        && (space.StartsWith("System", StringComparison.Ordinal) || space.StartsWith("Microsoft.", StringComparison.Ordinal)) ? PlatformDepth : ObjectDepth;

    private void Enter(object container)
    {
        if (!_open.Add(container))
            throw Refuse("A value contains itself. Use Select-Object to select the properties you need.");
    }

    private static IEnumerable<object?> ElementsOf(object list)
    {
        var elements = (list as DataTable)?.Rows.GetEnumerator() ?? ((IEnumerable)list).GetEnumerator();
        while (Next(elements))
            yield return elements.Current;
    }

    private static bool Next(IEnumerator elements)
    {
        try
        {
            return elements.MoveNext();
        }
        catch (Exception broken) when (broken is InvalidOperationException or NotSupportedException or IOException)
        {
            throw Refuse($"The elements of a list could not be read: {broken.Message}", broken);
        }
    }

    private static QwenException Refuse(string message, Exception? cause = null) => new(QwenErrorKind.InvalidRequest, message, cause);
}
