using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Cli.Bus;

/// <summary>How the arguments of a tool are written again as one JSON document.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class McpContext : JsonSerializerContext;
