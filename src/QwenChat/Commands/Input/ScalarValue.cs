using System.Globalization;
using System.Management.Automation;
using System.Net.Mail;
using System.Numerics;
using System.Security;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace QwenChat.Commands.Input;

/// <summary>The JSON form of a scalar.</summary>
internal enum ScalarKind
{
    /// <summary>No value: null or DBNull.</summary>
    Null,
    /// <summary>A number or a Boolean, written as is.</summary>
    Literal,
    /// <summary>Text, written as a string.</summary>
    Text,
    /// <summary>A number that JSON cannot represent: NaN or infinity.</summary>
    NotFinite,
    /// <summary>A secret, which is never written.</summary>
    Secret,
}

/// <summary>
/// A value whose text is the same in every culture: numbers in their invariant form, dates and times in ISO 8601 format, enum values as names, XML as markup.
/// </summary>
/// <param name="Kind">The JSON form.</param>
/// <param name="Text">The text; for a secret, its placeholder.</param>
internal readonly record struct ScalarValue(ScalarKind Kind, string Text)
{
    private const string TimeFormat = "yyyy-MM-ddTHH:mm:ss.FFFFFFFK";

    /// <summary>Reads a value; returns null if the value has members or elements.</summary>
    public static ScalarValue? Of(object? value)
    {
        object? plain = Plain(value);
        return plain switch
        {
            null or DBNull => new(ScalarKind.Null, ""),
            string text => OfText(text),
            bool flag => new(ScalarKind.Literal, flag ? "true" : "false"),
            SwitchParameter flag => new(ScalarKind.Literal, flag.ToBool() ? "true" : "false"),
            char or Enum => OfText(plain.ToString()!),
            double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity =>
                new(ScalarKind.NotFinite, Invariant(plain)),
            byte or sbyte or short or ushort or int or uint or long or ulong or nint or nuint or Half or float or double or decimal
                or Int128 or UInt128 or BigInteger =>
                new(ScalarKind.Literal, Invariant(plain)),
            SecureString => new(ScalarKind.Secret, ObjectMembers.Hidden),
            DateTime time => OfText(time.ToString(TimeFormat, CultureInfo.InvariantCulture)),
            DateTimeOffset time => OfText(time.ToString(TimeFormat, CultureInfo.InvariantCulture)),
            DateOnly or TimeOnly => OfText(((IFormattable)plain).ToString("O", CultureInfo.InvariantCulture)),
            Uri address => OfText(address.OriginalString),
            Type type => OfText(type.FullName ?? type.Name),
            FileSystemInfo file => OfText(file.FullName),
            PathInfo path => OfText(path.Path),
            CultureInfo culture => OfText(culture.Name),
            Encoding encoding => OfText(encoding.WebName),
            XmlNode node => OfText(node.OuterXml),
            XObject xml => OfText(xml.ToString() ?? ""),
            CommandInfo command => OfText(command.Name),
            byte[] bytes => OfText(Convert.ToBase64String(bytes)),
            ScriptBlock or StringBuilder or Version or MailAddress or Delegate or System.Text.RegularExpressions.Regex or System.Net.IPAddress
                or PSDriveInfo or ProviderInfo => OfText(plain.ToString() ?? ""),
            // PSObject also implements IFormattable, and would format a custom object as @{a=1}.
            IFormattable and not PSObject => OfText(Invariant(plain)),
            _ => null,
        };
    }

    /// <summary>Returns the value without a PSObject wrapper. Custom objects keep the wrapper.</summary>
    public static object? Plain(object? value) => value switch
    {
        _ when value == System.Management.Automation.Internal.AutomationNull.Value => null,
        PSObject { BaseObject: PSCustomObject } => value,
        PSObject wrapped => wrapped.BaseObject,
        _ => value,
    };

    private static ScalarValue OfText(string text) => new(ScalarKind.Text, text);

    private static string Invariant(object value) => value is IFormattable formattable
        ? formattable.ToString(null, CultureInfo.InvariantCulture)
        : value.ToString() ?? "";
}
