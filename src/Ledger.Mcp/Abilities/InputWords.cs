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

/// <summary>What an id names.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WorldItemKind>))]
internal enum WorldItemKind
{
    [JsonStringEnumMemberName("object")]
    Object,

    [JsonStringEnumMemberName("relation")]
    Relation,
}
