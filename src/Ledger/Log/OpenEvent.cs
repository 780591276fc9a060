using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ledger.Log;

/// <summary>An event whose JSON may have members beyond those that the type names.</summary>
public abstract record OpenEvent
{
    /// <summary>The further members of the JSON, or null when there are none.</summary>
    /// <remarks>Set it when the event is created and never after; the setter is there for the JSON reader.</remarks>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}
