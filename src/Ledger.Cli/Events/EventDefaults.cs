namespace Ledger.Cli.Events;

/// <summary>Metadata from the command line, for events that do not bring their own.</summary>
internal sealed class EventDefaults
{
    private readonly string? _actor;
    private readonly string? _callId;
    private readonly Guid[] _causes;
    private readonly string[] _foreignCauses;

    /// <summary>Takes an actor, a call that the events belong to, and ids of causes: UUIDs are ids of this log, other texts are foreign ids.</summary>
    public EventDefaults(string? actor, string? callId, IReadOnlyList<string> causes)
    {
        (_actor, _callId) = (actor, callId);
        _causes = [.. causes.Where(c => Guid.TryParse(c, out _)).Select(Guid.Parse)];
        _foreignCauses = [.. causes.Where(c => !Guid.TryParse(c, out _))];
    }

    public NewEvent Fill(NewEvent newEvent)
    {
        var metadata = newEvent.Metadata with { CallId = newEvent.Metadata.CallId ?? _callId };
        if (metadata.Actor is null && _actor is not null)
        {
            metadata = metadata with { Actor = _actor };
        }

        if (metadata.Causes.Count + metadata.ForeignCauses.Count == 0 && _causes.Length + _foreignCauses.Length > 0)
        {
            metadata = metadata with { Causes = _causes, ForeignCauses = _foreignCauses };
        }

        return newEvent with { Metadata = metadata };
    }
}
