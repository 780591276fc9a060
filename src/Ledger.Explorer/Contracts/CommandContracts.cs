namespace Ledger.Explorer.Contracts;

/// <summary>The state of the private server.</summary>
internal sealed record ClusterContract(bool Running, string DataFolder, string ConnectionString, string? ServerVersion = null);

/// <summary>The data folder of the private server.</summary>
internal sealed record DataFolderContract(string DataFolder);

/// <summary>Where the explorer listens.</summary>
/// <param name="Address">The address.</param>
/// <param name="Writing">Whether it may be written.</param>
/// <param name="Querying">Whether questions in SQL are answered.</param>
/// <param name="OpenAddress">The address with a token that was made for this server, which may write if writing is allowed.</param>
/// <param name="ReadAddress">The address with a token that may only read, if the other one may write.</param>
internal sealed record ServerContract(string Address, bool Writing, bool Querying, string? OpenAddress = null, string? ReadAddress = null);

/// <summary>A token that was made.</summary>
/// <param name="Name">The owner.</param>
/// <param name="Rights">read or write.</param>
/// <param name="Token">The token, which is stored nowhere.</param>
/// <param name="Line">The line for a file of tokens.</param>
/// <param name="File">The file that has the line now.</param>
internal sealed record TokenContract(string Name, string Rights, string Token, string Line, string? File = null);

/// <summary>A picture that was written to a file.</summary>
internal sealed record PictureContract(string Stream, string Picture, string File);

/// <summary>Settings of the command that are used together, without a password.</summary>
internal sealed record ProfileContract(
    string Name, bool IsDefault, string? Connection = null, string? Schema = null, int? RetryFor = null, string? Output = null, bool? Utc = null);

/// <summary>An ability, in short.</summary>
internal sealed record AbilityContract(string Id, string Description);

/// <summary>The result of importing recordings.</summary>
/// <param name="Recordings">The runs and branches.</param>
/// <param name="RowsSaved">The number of rows that sharing saved.</param>
/// <param name="Found">What recordings of other tools hold.</param>
internal sealed record ImportContract(
    IReadOnlyList<ImportedRecordingContract> Recordings, long RowsSaved, IReadOnlyList<FoundRecordingContract>? Found = null);

/// <summary>What a recording of another tool holds.</summary>
internal sealed record FoundRecordingContract(
    string File,
    string Format,
    long RunCount,
    long BranchCount,
    long EventCount,
    long ModelCallCount,
    long ToolCallCount,
    long InputTokens,
    long OutputTokens,
    decimal CostUsd,
    string? FormatVersion = null);

/// <summary>The result of importing one recording.</summary>
/// <param name="File">The file.</param>
/// <param name="Stream">The run or branch.</param>
/// <param name="Count">The number of events in the file.</param>
/// <param name="WrittenCount">The number of those that were written.</param>
/// <param name="SharedCount">The number of events that a branch shares with its parent.</param>
/// <param name="RowsSaved">The number of rows that sharing saved.</param>
/// <param name="Parent">The stream that a branch was forked from.</param>
/// <param name="Note">A remark.</param>
/// <param name="Extra">The members without a place of their own, which events keep under this name, counted by name.</param>
/// <param name="Cut">Where the file breaks off.</param>
internal sealed record ImportedRecordingContract(
    string File,
    string Stream,
    long Count,
    long WrittenCount,
    long SharedCount,
    long RowsSaved,
    string? Parent = null,
    string? Note = null,
    IReadOnlyDictionary<string, long>? Extra = null,
    FilePlaceContract? Cut = null);

/// <summary>A place in a file.</summary>
internal sealed record FilePlaceContract(long Line, long Column);

/// <summary>The result of the demo.</summary>
internal sealed record DemoContract(
    string RunId,
    string BranchId,
    long ForkPosition,
    long RunLength,
    long BranchLength,
    IReadOnlyList<DemoPhaseContract> RunPhases,
    IReadOnlyList<DemoPhaseContract> BranchPhases,
    DiffContract Diff,
    CallTotalsContract RunUsage,
    CallTotalsContract BranchUsage,
    IReadOnlyList<string> NextCommands);

/// <summary>A phase of the demo.</summary>
internal sealed record DemoPhaseContract(string Phase, long Position, long Count, string Outcome);
