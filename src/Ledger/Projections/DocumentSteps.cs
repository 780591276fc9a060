using System.Text.Json;
using Ledger.Json;

namespace Ledger.Projections;

/// <summary>Follows documents of many streams, as the events of one stream change them: each step shows those that its event names, by id.</summary>
/// <param name="projection">The projection.</param>
internal sealed class DocumentSteps(IDocumentProjection projection) : IStepFold
{
    private readonly Dictionary<string, object> _documents = new(StringComparer.Ordinal);

    public ValueTask PassAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        _ = Apply(recorded, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask<StepParts> TakeAsync(RecordedEvent recorded, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> ids;
        try
        {
            ids = projection.IdsOf(recorded);
        }
        catch (ProjectionFailedException fault)
        {
            return ValueTask.FromResult(new StepParts(default, default, ReasonOf(fault)));
        }

        var before = Write(ids);
        var applied = Apply(recorded, out var reason);
        return ValueTask.FromResult(new StepParts(before, applied ? Write(ids) : before, reason));
    }

    // All or nothing, as in the transaction of an append.
    private bool Apply(RecordedEvent recorded, out string? reason)
    {
        reason = null;
        try
        {
            var changed = projection.IdsOf(recorded).Select(id => (id, projection.Evolve(_documents.GetValueOrDefault(id), recorded))).ToList();
            foreach (var (id, document) in changed)
            {
                if (document is null)
                {
                    _documents.Remove(id);
                }
                else
                {
                    _documents[id] = document;
                }
            }

            return true;
        }
        catch (ProjectionFailedException fault)
        {
            reason = ReasonOf(fault);
            return false;
        }
    }

    private JsonElement Write(IReadOnlyList<string> ids) => ids.Count == 0 ? default : EventJson.ToElement(writer =>
    {
        writer.WriteStartObject();
        foreach (var id in ids)
        {
            if (_documents.TryGetValue(id, out var document))
            {
                writer.WritePropertyName(id);
                EventJson.ParseElement(projection.Write(document)).WriteTo(writer);
            }
        }

        writer.WriteEndObject();
    });

    private static string ReasonOf(ProjectionFailedException fault) => fault.InnerException?.Message ?? fault.Message;
}
