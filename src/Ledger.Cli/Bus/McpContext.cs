using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Cli.Bus;

/// <summary>The JSON contract that turns a tool's arguments back into one JSON document.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class McpContext : JsonSerializerContext;
