using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Mcp;

/// <summary>The JSON contract that turns a tool's arguments back into one JSON document.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ToolContext : JsonSerializerContext;
