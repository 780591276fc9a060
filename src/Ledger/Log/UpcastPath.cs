using System.Text.Json;
using Ledger.Json;

namespace Ledger.Log;

/// <summary>How the JSON of an old name becomes that of a registered type: one conversion after the other.</summary>
internal sealed class UpcastPath
{
    private readonly Func<JsonElement, JsonElement>[] _steps;

    private UpcastPath(string to, Func<JsonElement, JsonElement>[] steps) => (To, _steps) = (to, steps);

    /// <summary>The name at the end, which has a type.</summary>
    public string To { get; }

    /// <summary>Follows the conversions from a name on. One to the name itself is the last.</summary>
    /// <exception cref="ArgumentException">They lead to a name that has no type, or in a circle.</exception>
    public static UpcastPath From(string name, EventRegistryBuilder builder)
    {
        var (steps, passed, at) = (new List<Func<JsonElement, JsonElement>>(), new List<string> { name }, name);
        while (builder.Upcasts.TryGetValue(at, out var upcast))
        {
            steps.Add(upcast.Convert);
            if (upcast.To == at)
            {
                break;
            }

            at = upcast.To;
            passed.Add(at);
            if (passed.IndexOf(at) < passed.Count - 1)
            {
                throw new ArgumentException(
                    $"The upcasts of event names go in a circle: {string.Join(" to ", passed.Select(n => $"'{n}'"))}. Remove one of them.");
            }
        }

        return builder.ByName.ContainsKey(at)
            ? new UpcastPath(at, [.. steps])
            : throw new ArgumentException(
                $"Events named '{name}' are upcast to '{at}', which has no type. Add a type with this name, or upcast to a name that has one.");
    }

    public ReadOnlyMemory<byte> Convert(ReadOnlyMemory<byte> json)
    {
        var element = EventJson.ParseElement(json);
        foreach (var step in _steps)
        {
            element = step(element);
        }

        return JsonSerializer.SerializeToUtf8Bytes(element, BuiltInEventsContext.Default.JsonElement);
    }
}
