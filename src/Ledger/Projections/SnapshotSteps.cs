using System.Text.Json;
using Ledger.Json;

namespace Ledger.Projections;

/// <summary>Follows the state of an aggregate.</summary>
/// <param name="snapshot">The snapshot, with the JSON of its state.</param>
internal sealed class SnapshotSteps(ISnapshot snapshot) : IStepFold
{
    private readonly IStateFold _fold = snapshot.BeginFold(snapshot.Initial);
    private object? _written;
    private JsonElement _json;

    public ValueTask PassAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        _ = Apply(recorded);
        return ValueTask.CompletedTask;
    }

    public ValueTask<StepParts> TakeAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var before = Write();
        var fault = Apply(recorded);
        return ValueTask.FromResult(new StepParts(before, Write(), fault));
    }

    private string? Apply(RecordedEvent recorded)
    {
        try
        {
            _fold.Apply(recorded);
            return null;
        }
        catch (ProjectionFailedException fault)
        {
            return fault.InnerException?.Message ?? fault.Message;
        }
    }

    // States are not modified: the same object has the same JSON.
    private JsonElement Write()
    {
        var state = _fold.State;
        if (!ReferenceEquals(state, _written))
        {
            (_written, _json) = (state, EventJson.ParseElement(snapshot.Write(state)));
        }

        return _json;
    }
}
