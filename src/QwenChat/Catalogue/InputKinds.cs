using QwenChat.Text;

namespace QwenChat.Catalogue;

/// <summary>Names the input modalities of the catalog in messages.</summary>
internal static class InputKinds
{
    /// <summary>Returns the displayed name of a modality: "document" for files.</summary>
    public static string Name(string kind) => kind == "file" ? "document" : kind;

    /// <summary>Returns a list such as <c>text, image and document</c>.</summary>
    public static string Join(IEnumerable<string> kinds) => Listing.And(kinds.Select(Name));
}
