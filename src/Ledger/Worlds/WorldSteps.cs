using System.Text.Json;
using Ledger.Json;
using Ledger.Projections;

namespace Ledger.Worlds;

/// <summary>Follows a world: each step shows the object or relation that its event is about, whatever the size of the world.</summary>
/// <param name="start">The world before the first event.</param>
internal sealed class WorldSteps(World start) : IStepFold
{
    private readonly WorldFold _fold = new(start);

    public ValueTask PassAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        _fold.Take(recorded);
        return ValueTask.CompletedTask;
    }

    public ValueTask<StepParts> TakeAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var id = new WorldEventJson(recorded.Json).Id.Text;
        var before = PartOf(recorded.Type, id);
        var fault = _fold.Take(recorded) ? null : _fold.LastSkipped!.Reason;
        return ValueTask.FromResult(new StepParts(before, PartOf(recorded.Type, id), fault));
    }

    private JsonElement PartOf(string type, string? id) => type switch
    {
        "object.created" or "object.patched" or "object.removed" when id is not null =>
            _fold.FindObject(id) is { } found ? EventJson.ToElement(found.WriteTo) : default,
        "relation.created" or "relation.removed" when id is not null =>
            _fold.FindRelation(id) is { } found ? EventJson.ToElement(found.WriteTo) : default,
        "budget.exhausted" => EventJson.ToElement(writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("budget_exhausted", _fold.IsBudgetExhausted);
            writer.WriteEndObject();
        }),
        _ => default,
    };
}
