namespace QwenChat.Tests.Reliability.Walk;

/// <summary>The faults that a walk adds to requests.</summary>
internal static class WalkFaults
{
    private static readonly Dictionary<string, string> s_now = new() { ["Retry-After"] = "0" };

    private static readonly QwenEmulatorFault[] s_all =
    [
        new() { Status = 500, Times = 9 }, new() { Status = 400 }, new() { Status = 429, Headers = s_now, Times = 9 },
            new() { CutBeforeHeaders = true, AfterProcessing = true }, new() { CutBeforeHeaders = true },
        new() { CutAfterBytes = 60 }, new() { CutAfterEvents = 4 }, new() { ErrorAfterEvents = 4 }, new() { Status = 500, AfterProcessing = true },
            new() { Skip = 1, Status = 500 },
        new() { Skip = 1, CutBeforeHeaders = true, AfterProcessing = true }, new() { Status = 504, AfterProcessing = true, Times = 9 },
            new() { Status = 504, Times = 9 }, new() { Skip = 2, Status = 400 },
        new() { Skip = 1, Status = 502, AfterProcessing = true, Times = 9 }, new() { Status = 503, Headers = s_now },
            new() { Method = "POST", Path = "responses", CutBeforeHeaders = true, AfterProcessing = true },
        new() { Method = "POST", Path = "responses", Status = 504, AfterProcessing = true }, new() { Method = "DELETE", Skip = 1, Status = 500, Times = 9 },
            new() { Method = "GET", Status = 500 },
        new() { Method = "GET", Skip = 1, Status = 504 }, new() { Method = "POST", Path = "items", Skip = 1, Status = 504, AfterProcessing = true, Times = 2 },
            new() { Status = 500, AfterProcessing = true, Times = 9 },
    ];

    /// <summary>Returns one of the faults.</summary>
    /// <param name="number">Chooses the fault.</param>
    /// <param name="honest">Excludes the faults of <see cref="IsLie"/>.</param>
    public static QwenEmulatorFault Of(int number, bool honest) => s_all[number % s_all.Length] is var fault && honest && IsLie(fault) ? s_all[0] : fault;

    /// <summary>
    /// Returns whether a fault reports a failure (500 or 503) although the service has processed the request, and also fails the next request. QwenChat
    /// then finds the turn on the service only later, when only the turn's text shows which session sent it.
    /// </summary>
    public static bool IsLie(QwenEmulatorFault fault) => fault is { AfterProcessing: true, Status: 500 or 503, Times: > 1 };
}
