using System.ComponentModel;
using System.Text.Json;
using Ledger.Explorer.Sessions;
using Ledger.Log;

namespace Ledger.Explorer.Contracts;

/// <summary>A session of a project, and the run that keeps it.</summary>
internal sealed record SessionContract(string Project, string Session, string Stream, long Length, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static SessionContract? Of(StreamInfo stream) => SessionName.Of(stream.Name) is { } name
        ? new SessionContract(name.Project, name.Session, stream.Name.Value, stream.Version.Value, stream.CreatedAt, stream.UpdatedAt)
        : null;
}

/// <summary>A page of sessions; <c>next</c> is the <c>after</c> of the next page.</summary>
internal sealed record SessionPageContract(IReadOnlyList<SessionContract> Sessions, string? Next = null);

/// <summary>An entry of a session.</summary>
internal sealed record SessionEntryContract(string Id, long Position, DateTimeOffset RecordedAt, JsonElement Entry)
{
    public static SessionEntryContract Of(RecordedEvent recorded) => new(
        recorded.Metadata.ForeignId ?? recorded.Id.ToString(), recorded.Position!.Value.Value, recorded.Timestamp, recorded.ToJsonElement());
}

/// <summary>A page of the entries of a session; <c>next</c> is the <c>from</c> of the next page.</summary>
internal sealed record SessionEntriesContract(string Stream, IReadOnlyList<SessionEntryContract> SessionEntries, long? Next = null);

/// <summary>The result of appending entries.</summary>
/// <param name="Stream">The run that keeps the session.</param>
/// <param name="Written">The number of entries that were written.</param>
/// <param name="AlreadyWritten">The number of entries that the session had.</param>
/// <param name="Length">The length of the run after the append.</param>
internal sealed record AppendedEntriesContract(string Stream, int Written, int AlreadyWritten, long Length);

/// <summary>The body of a request that appends entries.</summary>
internal sealed record AppendEntriesRequest
{
    [Description("The entries, in their order.")]
    public required IReadOnlyList<NewEntryRequest> Entries { get; init; }
}

/// <summary>An entry to append.</summary>
internal sealed record NewEntryRequest
{
    [Description("The entry's id; sent again with the same id and content, it is written once. Default: a new UUID.")]
    public string? Id { get; init; }

    [Description("The entry: any JSON.")]
    public required JsonElement Entry { get; init; }
}
