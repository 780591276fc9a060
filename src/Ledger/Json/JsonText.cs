using System.Text.Json;
using Ledger.Events;

namespace Ledger.Json;

/// <summary>Text as a JSON value.</summary>
internal static class JsonText
{
    public static JsonElement ToElement(string text) => EventJson.ToElement(writer => writer.WriteStringValue(text));
}
