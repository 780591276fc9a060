using System.Text.Json.Serialization;

namespace Ledger.Tasks;

/// <summary>Which changes of a status a save may make.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StatusMoves>))]
public enum StatusMoves
{
    /// <summary>Any, as Agent OS allows: <c>any</c>.</summary>
    [JsonStringEnumMemberName("any")]
    Any,

    /// <summary>
    /// Forward only: <c>forward</c>. A call goes from <c>pending</c> to <c>in_progress</c> to <c>completed</c> or <c>failed</c>, and may
    /// leave one out; a task that ended stays as it ended. What stays the same is no move.
    /// </summary>
    [JsonStringEnumMemberName("forward")]
    Forward,
}
