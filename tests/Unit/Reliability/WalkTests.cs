using QwenChat.Tests.Reliability.Walk;
using Xunit;

namespace QwenChat.Tests.Reliability;

/// <summary>Runs a short version of build.ps1 Walk, and the sequences in which build.ps1 Walk has found errors.</summary>
public sealed class WalkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("qwenchat-walk-").FullName;

    public static TheoryData<QwenApi, bool> Apis
    {
        get
        {
            var data = new TheoryData<QwenApi, bool>();
            foreach (var api in Enum.GetValues<QwenApi>())
            {
                data.Add(api, false);
                data.Add(api, true);
            }
            return data;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Apis))]
    public async Task A_walk_has_no_findings(QwenApi api, bool alike)
    {
        var walk = Walk(api, alike);
        for (int number = 0; number < 6; number++)
        {
            var steps = WalkOperation.Make(new Random(7 * number + (int)api), WalkTask.Length);
            var (_, failure) = await walk.PlayAsync(steps);
            Assert.True(failure is null, $"{failure?.Message}\n{string.Join('\n', steps.Select(step => step.ToString()))}");
        }
    }

    /// <summary>Repeats sequences that once failed. In the first two sequences, two conversations of this process use one conversation object.</summary>
    [Theory]
    [InlineData(QwenApi.Conversations, false,
        "stop 15 489 450\nattach 81 187 105\nadd 75 293 762\nadd 64 307 624\nadvance 73 422 633\nadd 6 422 908\nsend 33 935 60")]
    [InlineData(QwenApi.Conversations, false, "stop 40 826 509\nattach 36 645 937\nundo 91 815 521\nadd 68 326 446\nfault 89 612 366")]
    // A request arrives late, while another conversation of this process waits for the outcome of that request.
    [InlineData(QwenApi.Conversations, false, "fault 34 963 314\nattach 76 849 191\nlate 51 205 88")]
    // The removal of a conversation object fails halfway while other sessions use the object.
    [InlineData(QwenApi.Conversations, false,
        "fault 66 157 283\nattach 40 554 478\nattach 59 826 598\nadd 49 380 46\ncopy 15 934 437\nadd 4 295 765\ndropfault 22 423 745")]
    // Two conversations that are attached to one conversation object are both stored.
    [InlineData(QwenApi.Conversations, false, "send 29 528 426\nattach 17 88 485\nstore 27 350 934\nstore 4 56 739")]
    // All answers have the same text, and one answer is lost before the ids of its items are known.
    [InlineData(QwenApi.Conversations, true, "fault 16 719 180\nadvance 7 188 811\nattach 87 703 493\nsend 55 723 469")]
    // A session saves a turn or settings without having read another session's items.
    [InlineData(QwenApi.Responses, true, "store 23 384 744\ntwin 75 257 870\naddfault 80 892 576\nsend 5 519 653")]
    [InlineData(QwenApi.Responses, false, "store 67 43 407\ntwin 86 372 18\ntwin 47 598 756\nsend 98 889 26\ninstructions 18 169 78")]
    // A stopped answer has only a few letters, one message contains another, or items with equal texts are added in two calls.
    [InlineData(QwenApi.Conversations, false, "stop 57 756 229\nundofault 64 906 74\nsend 75 666 500\nattach 25 956 326\nundo 24 888 757\nsend 57 973 225")]
    [InlineData(QwenApi.Conversations, true, "fault 31 458 67\nsend 85 891 95\nlate 26 476 274\naddfault 22 842 365")]
    [InlineData(QwenApi.Conversations, true, "fault 54 913 971\naddfault 32 285 85")]
    [InlineData(QwenApi.Conversations, false, "send 75 262 562\nremovefault 88 887 297\nstop 79 954 610\ndropfault 35 818 329")]
    [InlineData(QwenApi.Conversations, false, "send 27 190 902\nattach 88 412 958\naddfault 29 884 388")]
    [InlineData(QwenApi.Conversations, true, "fault 44 108 133\naddfault 11 212 199\nlate 25 38 648\nundo 37 910 443\nsend 83 59 522")]
    [InlineData(QwenApi.Conversations, false, "addfault 82 152 471\nstore 26 205 663\nsend 84 400 170\nstream 22 360 418\nremove 42 613 597")]
    // One session removes an item that is pending in another session.
    [InlineData(QwenApi.Conversations, false,
        "store 61 962 178\nadd 31 661 13\nmove 88 888 156\nmove 46 653 339\ntwin 21 157 208\nremovefault 40 415 586\nsend 83 618 839")]
    // Reading the items adds another session's turn, and then a request fails.
    [InlineData(QwenApi.Conversations, false, "send 68 707 122\nattach 51 83 810\nlate 85 195 270\nundo 43 923 278\nstore 42 484 387\nfault 28 865 809")]
    // In another session, items of failed requests have a different position and order, and an answer is incomplete.
    [InlineData(QwenApi.Conversations, false, "stop 95 368 103\nfault 97 457 111\nremovefault 36 7 234\nattach 90 164 999\naddmany 85 469 999\n"
        + "send 22 675 133\naddfault 22 888 790\nattach 98 266 834\nundofault 68 63 372\nsend 53 559 288\nremove 91 123 606")]
    [InlineData(QwenApi.Conversations, false, "stop 73 719 219\nattach 86 519 186\nadd 17 257 273\nadvance 75 863 137\naddfault 41 398 990")]
    // Items are pending in one session, and another session finds these items on the service while it removes the conversation object.
    [InlineData(QwenApi.Conversations, false, "store 4 817 896\ntwin 18 94 439\naddmany 0 0 0\ndrop 1 734 481")]
    // Both sessions remove the same item.
    [InlineData(QwenApi.Conversations, false, "add 50 606 503\nstore 63 563 28\ntwin 38 629 208\nremove 69 754 373\nremove 38 687 434")]
    // One of two items with equal texts is removed, or an item and a turn with equal texts are both pending.
    [InlineData(QwenApi.Conversations, true, "addfault 76 294 23\nstore 94 356 952\nfault 56 739 762\ntwin 72 483 847\nremovefault 5 445 497")]
    [InlineData(QwenApi.Conversations, true, "send 48 337 310\naddfault 9 648 889\nfault 29 248 735\nlate 52 942 953")]
    public async Task Earlier_findings_stay_fixed(QwenApi api, bool alike, string steps)
    {
        var (_, failure) = await Walk(api, alike).PlayAsync(WalkOperation.Parse(steps));
        Assert.True(failure is null, failure?.Message);
    }

    /// <summary>Sequences that once failed. In the first sequence, another process has the full answer of a stopped turn, and undoes the turn.</summary>
    [Theory]
    [InlineData(QwenApi.DashScope, "move 25 837 480\nmove 32 595 211\nstop 70 39 444\nadd 97 722 267\nprocess 31 385 382\nundo 75 139 615")]
    [InlineData(QwenApi.Conversations, "stream 69 868 562\nsend 41 487 579\nattach 17 565 749\nundo 80 789 322\nstream 17 513 365\nadd 79 488 268\n"
        + "stream 38 33 113\nfault 4 3 30\nprocess 80 70 344\ndropfault 96 179 46\ndropfault 40 239 422\nadd 89 777 598\n"
        + "undofault 93 694 305\naddfault 54 708 393\nstop 60 390 725\nadd 37 308 781\nstream 53 878 653\nresume 44 364 210")]
    // An item is pending in this session. In other sessions, the item is at a different position and has been answered.
    [InlineData(QwenApi.Conversations, "send 20 663 164\nadvance 96 932 104\nattach 42 459 141\nattach 6 31 60\nremovefault 87 557 243\n"
        + "attach 46 627 492\nsend 80 919 92\nadvance 11 975 741\ncopy 88 990 660\naddfault 88 40 197")]
    public async Task Earlier_findings_with_another_process_stay_fixed(QwenApi api, string steps)
    {
        var (_, failure) = await new WalkSequence(api, StorageFolder, _folder, "") { WithProcesses = true }.PlayAsync(WalkOperation.Parse(steps));
        Assert.True(failure is null, failure?.Message);
    }

    [Fact]
    public async Task A_walk_can_include_another_process()
    {
        var walk = new WalkSequence(QwenApi.Conversations, StorageFolder, _folder, "") { WithProcesses = true };
        var (_, failure) =
            await walk.PlayAsync(WalkOperation.Parse("fault 8 592 116\nfault 80 804 394\nprocess 36 258 434\naddfault 86 78 447\nundofault 35 546 11"));
        Assert.True(failure is null, failure?.Message);
        (_, failure) = await walk.PlayAsync(WalkOperation.Parse("send 0 0 0\nstore 0 0 0\nprocess 0 0 0\nsend 1 0 0\nsend 0 0 0\nadd 1 0 0\nsend 1 0 0"));
        Assert.True(failure is null, failure?.Message);
    }

    [Fact]
    public async Task An_undo_that_fails_in_another_process_is_detected_in_this_process()
    {
        var walk = new WalkSequence(QwenApi.ChatCompletions, StorageFolder, _folder, "") { WithProcesses = true };
        var (_, failure) =
            await walk.PlayAsync(WalkOperation.Parse("store 80 168 164\nmove 33 757 89\nsend 65 932 553\nprocess 33 932 369\nundofault 59 314 382"));
        Assert.True(failure is null, failure?.Message);
    }

    [Fact]
    public async Task A_walk_detects_an_error()
    {
        var walk = new WalkSequence(QwenApi.ChatCompletions, StorageFolder, _folder, "") { Forgets = true };
        var (_, failure) = await walk.PlayAsync(WalkOperation.Parse("send 0 0 0\nsend 0 0 0"));
        Assert.Equal("turns", failure?.Kind);
    }

    // The other process finds the native library of SQLite only in this build folder.
    private static string StorageFolder =>
        Path.Combine(TestFiles.Root, "src/QwenChat.Storage/bin", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/', '\\')))!,
        "net8.0");

    private WalkSequence Walk(QwenApi api, bool alike) => new(api, StorageFolder, _folder, "") { Alike = alike };
}
