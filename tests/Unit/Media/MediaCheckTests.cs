using QwenChat.Catalogue;
using QwenChat.Media;
using QwenChat.Text;
using Xunit;
using static QwenChat.Tests.Media.MediaSourceTests;

namespace QwenChat.Tests.Media;

public class MediaCheckTests
{
    private static readonly MediaSource s_png = MediaSource.OfBytes(TestImage.Png(100, 100));
    private static readonly MediaSource s_wav = MediaSource.OfBytes([.. "RIFF....WAVEfmt "u8]);
    private static readonly MediaSource s_mp4 = MediaSource.OfBytes([.. "    ftypisom    "u8]);
    private static readonly MediaSource s_pdf = MediaSource.OfBytes([.. "%PDF-1.7"u8]);

    [Theory]
    [InlineData("qwen3-vl-plus", QwenApi.ChatCompletions)]
    [InlineData("qwen3.6-plus", QwenApi.Responses)]
    [InlineData("qwen3.6-plus", QwenApi.DashScope)]
    [InlineData("a-model-nobody-knows", QwenApi.Responses)]
    public void Models_with_image_input_accept_an_image(string model, QwenApi api) => Check(api, model, "What is this?", (MediaKind.Image, s_png));

    [Fact]
    public void An_image_for_a_text_model_is_rejected_with_alternatives()
    {
        AssertRefused("qwen3-max accepts only text input, not image input. Models that accept image input include qwen3",
            () => Check(QwenApi.ChatCompletions, "qwen3-max", "What is this?", (MediaKind.Image, s_png)));
        AssertRefused("accept audio input include ", () => Check(QwenApi.ChatCompletions, "qwen3.6-plus", "What is said?", (MediaKind.Audio, s_wav)));
    }

    [Fact]
    public void The_captioner_accepts_one_audio_file_and_no_text()
    {
        const string Captioner = "qwen3-omni-30b-a3b-captioner";
        Check(QwenApi.ChatCompletions, Captioner, "", (MediaKind.Audio, s_wav));
        AssertRefused("without text", () => Check(QwenApi.ChatCompletions, Captioner, "What is this?", (MediaKind.Audio, s_wav)));
        AssertRefused("exactly one audio", () => Check(QwenApi.ChatCompletions, Captioner, "", (MediaKind.Audio, s_wav), (MediaKind.Audio, s_wav)));
        AssertRefused("exactly one audio", () => Check(QwenApi.ChatCompletions, Captioner, "Hello"));
    }

    [Fact]
    public void Older_omni_models_accept_one_kind_of_media_with_text()
    {
        AssertRefused("only one kind of media besides text in a message; this message contains image and audio input",
            () => Check(QwenApi.ChatCompletions, "qwen3-omni-flash", "?", (MediaKind.Image, s_png), (MediaKind.Audio, s_wav)));
        Check(QwenApi.ChatCompletions, "qwen3-omni-flash", "?", (MediaKind.Image, s_png), (MediaKind.Image, s_png));
        Check(QwenApi.ChatCompletions, "qwen3.5-omni-plus", "?", (MediaKind.Image, s_png), (MediaKind.Audio, s_wav));
    }

    [Fact]
    public void The_Responses_API_accepts_only_documented_media()
    {
        AssertRefused("-Api ChatCompletions", () => Check(QwenApi.Responses, "qwen3.6-plus", "?", (MediaKind.Video, s_mp4)));
        Check(QwenApi.Responses, "qwen3.8-omni-flash", "?", (MediaKind.Video, s_mp4), (MediaKind.Audio, s_wav));
        Check(QwenApi.Responses, "qwen3.5-ocr", "?", (MediaKind.File, s_pdf));
        AssertRefused("not document input", () => Check(QwenApi.Responses, "qwen3.6-plus", "?", (MediaKind.File, s_pdf)));
        AssertRefused("list of images", () => new MediaCheck(QwenApi.Responses, "qwen3.8-omni-flash", ModelCatalogue.Find("qwen3.8-omni-flash"))
            .Check("?", MediaPart.Of(MediaKind.Video, Enumerable.Repeat(s_png, 4).ToArray()).ToArray()));
    }

    [Theory]
    [InlineData(10, 100, "longer than 10")]
    [InlineData(11, 2201, "at most 200 times")]
    public void Images_of_impossible_sizes_are_rejected(int width, int height, string why) =>
        AssertRefused(why, () => Check(QwenApi.ChatCompletions, "qwen3-vl-plus", "?", (MediaKind.Image, MediaSource.OfBytes(TestImage.Png(width, height)))));

    [Fact]
    public void The_size_of_a_JPEG_is_read_from_its_frame_header() =>
        AssertRefused("5 × 100", () => Check(QwenApi.ChatCompletions, "qwen3-vl-plus", "?", (MediaKind.Image, MediaSource.OfBytes(TestImage.Jpeg(5, 100)))));

    [Theory]
    [InlineData("qwen3-vl-plus", 20)]
    [InlineData("qwen3.5-plus", 20)]
    [InlineData("qwen-vl-max", 10)]
    public void Images_have_a_size_limit(string model, int megabytes)
    {
        var facts = ModelCatalogue.Find(model);
        new MediaCheck(QwenApi.ChatCompletions, model, facts).Check("?", Image(megabytes * 1024 * 1024));
        AssertRefused($"up to {Quantity.Of(megabytes * 1024 * 1024, "byte")}. ",
            () => new MediaCheck(QwenApi.ChatCompletions, model, facts).Check("?", Image(megabytes * 1024 * 1024 + 1)));

        static MediaPart[] Image(int length) => [new(MediaKind.Image, [MediaSource.OfBytes(TestImage.Png(100, 100, length))])];
    }

    [Theory]
    [InlineData("qwen3.5-plus", 8000)]
    [InlineData("qwen3-vl-plus", 2000)]
    [InlineData("qwen3-vl-235b-a22b-instruct", 512)]
    [InlineData("qwen-vl-max", 80)]
    public void A_video_has_a_limited_number_of_images(string model, int most)
    {
        var check = new MediaCheck(QwenApi.ChatCompletions, model, ModelCatalogue.Find(model));
        check.Check("?", Frames(most));
        AssertRefused($"at most {most:N0} images", () => check.Check("?", Frames(most + 1)));
    }

    [Fact]
    public void Three_images_are_not_a_video() => AssertRefused("Cannot send 3 images as a video", () => Frames(3));

    [Fact]
    public void Image_addresses_are_frames_and_video_addresses_are_not()
    {
        var sources = "1.jpg 2.jpg 3.JPG 4.jpg?x=1 film.mp4".Split(' ').Select(name => MediaSource.OfAddress("https://example.com/" + name)!).ToArray();
        Assert.Equal([1, 4], MediaPart.Of(MediaKind.Video, sources).Select(part => part.Sources.Count));
    }

    [Fact]
    public void A_request_has_a_limited_number_of_images()
    {
        AssertRefused("at most 256", () => Check(QwenApi.ChatCompletions, "qwen3-vl-plus", "?", Many(257)));
        Check(QwenApi.ChatCompletions, "qwen3.7-plus", "?", Many(257));

        static (string, MediaSource)[] Many(int count) =>
            Enumerable.Repeat((MediaKind.Image, MediaSource.OfAddress("https://example.com/a.png")!), count).ToArray();
    }

    private static MediaPart[] Frames(int count) => MediaPart.Of(MediaKind.Video, Enumerable.Repeat(s_png, count).ToArray()).ToArray();

    private static void Check(QwenApi api, string model, string text, params (string Kind, MediaSource Source)[] parts) =>
        new MediaCheck(api, model, ModelCatalogue.Find(model)).Check(text, parts.Select(part => new MediaPart(part.Kind, [part.Source])).ToArray());
}
