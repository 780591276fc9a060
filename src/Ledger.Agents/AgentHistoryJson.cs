using System.Text.Json.Serialization;

namespace Ledger.Agents;

/// <summary>The state that the history provider leaves in a session.</summary>
[JsonSerializable(typeof(LedgerChatHistoryProvider.State))]
internal sealed partial class AgentHistoryJson : JsonSerializerContext;
