using System.Text.Json.Serialization;

namespace Ledger.Conformance.Projections;

[JsonSerializable(typeof(Tally))]
[JsonSerializable(typeof(ToolUse))]
public sealed partial class ProjectionSamplesContext : JsonSerializerContext;
