using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>An event whose JSON may have members beyond those that the type names.</summary>
public abstract record OpenEvent
{
    /// <summary>The further members of the JSON, or null when there are none.</summary>
    /// <remarks>Set it when the event is made and leave it then; the reader of JSON needs a setter.</remarks>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}
