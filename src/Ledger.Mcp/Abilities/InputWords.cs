using System.Text.Json.Serialization;

namespace Ledger.Mcp.Abilities;

/// <summary>What kind of streams is listed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StreamKind>))]
internal enum StreamKind
{
    [JsonStringEnumMemberName("runs")]
    Runs,

    [JsonStringEnumMemberName("branches")]
    Branches,

    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>Which way a trace goes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TraceDirection>))]
internal enum TraceDirection
{
    [JsonStringEnumMemberName("causes")]
    Causes,

    [JsonStringEnumMemberName("effects")]
    Effects,
}

/// <summary>How the runs that are searched are doing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SearchedStatus>))]
internal enum SearchedStatus
{
    [JsonStringEnumMemberName("running")]
    Running,

    [JsonStringEnumMemberName("waiting")]
    Waiting,

    [JsonStringEnumMemberName("failed")]
    Failed,

    [JsonStringEnumMemberName("done")]
    Done,
}

/// <summary>What an id names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorldItemKind>))]
internal enum WorldItemKind
{
    [JsonStringEnumMemberName("object")]
    Object,

    [JsonStringEnumMemberName("relation")]
    Relation,
}
