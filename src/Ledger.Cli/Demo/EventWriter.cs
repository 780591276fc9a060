using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Events;
using Ledger.Runs;
using Ledger.Streams;

namespace Ledger.Cli.Demo;

/// <summary>Gathers the events of a phase and appends them in batches. The ids exist before the append, so that a later event can name an earlier one of its batch as its cause.</summary>
internal sealed class EventWriter(Run run, string phase)
{
    private const int BatchSize = 500;

    private readonly List<object> _waiting = [];

    /// <summary>Adds an event.</summary>
    /// <returns>Its id, for those that follow from it.</returns>
    public async Task<Guid> AddAsync(object data, IReadOnlyList<Guid> causes, CancellationToken cancellationToken)
    {
        var added = new NewEvent(data, new EventMetadata { Actor = DemoPhase.Actor, Source = phase, Causes = causes });
        _waiting.Add(added);
        if (_waiting.Count == BatchSize)
        {
            await FlushAsync(cancellationToken);
        }

        return added.Id;
    }

    /// <summary>Adds the call of a tool.</summary>
    public Task<Guid> AddCallAsync(string tool, JsonObject arguments, IReadOnlyList<Guid> causes, CancellationToken cancellationToken) =>
        AddAsync(new ToolCalled(tool, ToElement(arguments)), causes, cancellationToken);

    /// <summary>Adds the answer of a tool.</summary>
    public Task<Guid> AddReturnAsync(Guid call, JsonObject result, CancellationToken cancellationToken) =>
        AddAsync(new ToolReturned(call.ToString(), ToElement(result)), [call], cancellationToken);

    /// <summary>Appends what is waiting; the length of the history then.</summary>
    public async Task<Position> FlushAsync(CancellationToken cancellationToken)
    {
        var length = await run.AppendAsync(_waiting, cancellationToken);
        _waiting.Clear();
        return length;
    }

    /// <summary>JSON as the events take it.</summary>
    public static JsonElement ToElement(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}
