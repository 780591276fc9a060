using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Explorer.Contracts;

namespace Ledger.Mcp.Abilities;

/// <summary>A part of JSON as text.</summary>
internal sealed record PartContract(
    [property: Description("The value that it is a part of: a JSON pointer into the data; empty for the whole.")] string Path,
    [property: Description("How many characters the text of the whole value has.")] int Length,
    [property: Description("The first character of this part.")] int From,
    [property: Description("The part: of a text its characters, of any other value its JSON.")] string Text,
    [property: Description("The 'from' of the next part; absent in the last.")] int? Next = null);

/// <summary>A page of events.</summary>
internal sealed record EventsPage(
    IReadOnlyList<EventContract> Events,
    [property: Description("The number of events of the run or branch.")] long Length,
    [property: Description("The 'from' of the next page; absent on the last one of the events that were asked for, and with 'last'.")] long? Next = null,
    [property: Description("With 'last', the 'to' of the page of earlier events; absent on the first of them.")] long? Before = null);

/// <summary>An event, and a part of its data.</summary>
internal sealed record EventAnswer(EventContract Event, PartContract? Part = null);

/// <summary>Events that contain a text.</summary>
internal sealed record HitsPage(
    IReadOnlyList<HitContract> Hits,
    [property: Description("The number of events of the run or branch.")] long Length,
    [property: Description("The 'from' that leads to later events; absent if there are none.")] long? Next = null);

/// <summary>An event that contains a text.</summary>
internal sealed record HitContract(
    long Position,
    Guid EventId,
    string Type,
    DateTimeOffset RecordedAt,
    [property: Description("The data around the text.")] string Excerpt,
    string? Actor = null);

/// <summary>Events of all runs that a search found, the last one first.</summary>
internal sealed record FoundPage(
    IReadOnlyList<FoundContract> Hits,
    [property: Description("How many events were looked at.")] long Examined,
    [property: Description("Whether only the 1,000 runs that were active last were searched, because more are of this kind.")] bool IsCut,
    [property: Description("The 'before' of the next page, which looks at earlier events; absent on the last.")] long? Next = null,
    [property: Description("How many numbers at the end of the log the index of the search lacks, whose events were looked at one by one; absent without an index.")] long? Unindexed = null);

/// <summary>An event that a search across runs found.</summary>
internal sealed record FoundContract(
    [property: Description("The stream that has it.")] string Stream,
    Guid EventId,
    string Type,
    DateTimeOffset RecordedAt,
    [property: Description("The data around the text, or its beginning.")] string Excerpt,
    string? Actor = null);

/// <summary>A page of a world: its objects sorted by id, then its relations.</summary>
internal sealed record WorldPage(
    [property: Description("The number of events applied.")] long Position,
    IReadOnlyList<ObjectContract> Objects,
    IReadOnlyList<RelationContract> Relations,
    [property: Description("The ids of the listed relations of which an end does not exist.")] IReadOnlyList<string> DanglingRelations,
    bool BudgetExhausted,
    [property: Description("The first events that cannot be applied and were skipped.")] IReadOnlyList<FaultContract> Faults,
    [property: Description("How many events were skipped.")] int FaultCount,
    [property: Description("The 'after' of the next page; absent on the last.")] string? Next = null);

/// <summary>An object, its relations, and a part of its properties.</summary>
internal sealed record ObjectAnswer(
    [property: Description("The number of events applied.")] long Position,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ObjectContract? Object,
    [property: Description("The relations that begin or end at it, sorted by id.")] IReadOnlyList<RelationContract> Relations,
    [property: Description("The 'after' that leads to further relations; absent if there are none.")] string? Next = null,
    PartContract? Part = null);

/// <summary>A page of branches.</summary>
internal sealed record BranchPage(
    IReadOnlyList<BranchContract> Branches,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of the changes of an object or relation.</summary>
internal sealed record BlamePage(
    BlameContract Blame,
    [property: Description("The number of all changes.")] int Total,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of a trace.</summary>
internal sealed record TracePage(
    TraceContract Trace,
    [property: Description("The number of all entries.")] int Total,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of a diff.</summary>
internal sealed record DiffPage(
    DiffContract Diff,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of a merge.</summary>
internal sealed record MergePage(
    MergeContract Merge,
    [property: Description("The number of all open conflicts.")] int ConflictCount,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of a cherry-pick.</summary>
internal sealed record PickPage(
    CherryPickContract Pick,
    [property: Description("The number of all open conflicts.")] int ConflictCount,
    [property: Description("The number of all missing events.")] int MissingCount,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of a rebase.</summary>
internal sealed record RebasePage(
    RebaseContract Rebase,
    [property: Description("The number of all conflicts because of which something is left out.")] int ConflictCount,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of record stores.</summary>
internal sealed record ProjectsPage(
    IReadOnlyList<ProjectContract> Projects,
    [property: Description("The 'after' of the next page; absent on the last.")] string? Next = null);

/// <summary>A record as it is hashed, or its short members and a part of it; null if there is none.</summary>
internal sealed record RecordAnswer([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] JsonElement? Record, PartContract? Part = null);

/// <summary>A page of records, each as it is hashed.</summary>
internal sealed record RecordsPage(
    [property: Description("Of a record that is too long its short members, and 'data_omitted', the bytes that it has; chrono_get returns it in parts.")]
    IReadOnlyList<JsonElement> Records,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>A page of the events of a chain, each as it is hashed.</summary>
internal sealed record ChainEventsPage(
    [property: Description("Of an event that is too long its short members, and 'data_omitted', the bytes that it has; chrono_get with its seq returns the record in parts.")]
    IReadOnlyList<JsonElement> Events,
    [property: Description("The 'skip' of the next page; absent on the last.")] int? Next = null);

/// <summary>The event of a chain that a record was written with.</summary>
internal sealed record RecordWritten(
    [property: Description("The event as it is hashed; null if it is too long for an answer.")] JsonElement Event,
    [property: Description("The new head of the chain, as SEQ:HASH.")] string Head,
    [property: Description("How many bytes the event has, if it is left out.")] long? EventOmitted = null);
