using System.Text.Json.Serialization;

namespace Ledger.Tasks;

/// <summary>Who says a message.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MessageRole>))]
public enum MessageRole
{
    /// <summary>The operator of the agent: <c>system</c>.</summary>
    [JsonStringEnumMemberName("system")]
    System,

    /// <summary>The person that the agent works for: <c>user</c>.</summary>
    [JsonStringEnumMemberName("user")]
    User,

    /// <summary>The agent: <c>assistant</c>.</summary>
    [JsonStringEnumMemberName("assistant")]
    Assistant,
}
