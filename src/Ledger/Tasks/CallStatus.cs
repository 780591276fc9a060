using System.Text.Json.Serialization;

namespace Ledger.Tasks;

/// <summary>How far a call has come.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallStatus>))]
public enum CallStatus
{
    /// <summary>It waits to be made: <c>pending</c>.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>It is being made: <c>in_progress</c>.</summary>
    [JsonStringEnumMemberName("in_progress")]
    InProgress,

    /// <summary>It ended well: <c>completed</c>.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It ended badly: <c>failed</c>.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
