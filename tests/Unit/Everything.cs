using System.Collections;
using System.Reflection;

namespace QwenChat.Tests;

/// <summary>Reads every public property of an object, recursively, as a view or ConvertTo-Json does.</summary>
internal static class Everything
{
    private const int MostDepth = 8;

    /// <summary>Reads all properties. A getter that throws causes an <see cref="InvalidOperationException"/> that names the property.</summary>
    /// <returns>The number of properties read.</returns>
    public static int Read(object root) => Read(root, new HashSet<object>(ReferenceEqualityComparer.Instance), 0);

    private static int Read(object? value, HashSet<object> seen, int depth)
    {
        if (value is null or string || value.GetType().IsPrimitive || depth > MostDepth)
            return 0;
        if (!value.GetType().IsValueType && !seen.Add(value))
            return 0;
        int read = 0;
        if (value is IEnumerable many and not byte[])
        {
            foreach (object? one in many)
                read += Read(one, seen, depth + 1);
        }
        if (value.GetType().Assembly != typeof(QwenConversation).Assembly)
            return read;
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0))
        {
            try
            {
                read += 1 + Read(property.GetValue(value), seen, depth + 1);
            }
            catch (TargetInvocationException failure)
            {
                throw new InvalidOperationException(
                    $"{value.GetType().Name}.{property.Name} throws {failure.InnerException!.GetType().Name}: {failure.InnerException.Message}",
                        failure.InnerException);
            }
        }
        _ = value.ToString();
        return read;
    }
}
