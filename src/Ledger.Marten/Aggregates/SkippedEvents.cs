using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;

namespace Ledger.Marten.Aggregates;

/// <summary>The shared events that a branch's aggregate begins without, because Marten's daemon skips them in the parent too.</summary>
/// <remarks>The daemon itself can only skip events of the range that it has loaded: told to skip another one, it would try forever.</remarks>
/// <param name="areAppliedOrSkipped">Whether an event is skipped that cannot be applied.</param>
/// <param name="areReadOrSkipped">Whether an event is skipped that cannot be read.</param>
internal sealed class SkippedEvents(bool areAppliedOrSkipped, bool areReadOrSkipped)
{
    private readonly HashSet<(string Stream, long Version)> _events = [];

    /// <summary>Whether events are skipped that cannot be read.</summary>
    public bool AreReadOrSkipped => areReadOrSkipped;

    /// <summary>None may be skipped.</summary>
    public static SkippedEvents None() => new(areAppliedOrSkipped: false, areReadOrSkipped: false);

    /// <summary>Those that the daemon skips by the store's options. It runs an inline projection only to rebuild it.</summary>
    public static SkippedEvents ByDaemon(IDocumentStore store, ProjectionLifecycle lifecycle)
    {
        var projections = ((StoreOptions)store.Options).Projections;
        var (errors, rebuild) = (projections.Errors, projections.RebuildErrors);
        var isAsync = lifecycle == ProjectionLifecycle.Async;
        return lifecycle == ProjectionLifecycle.Live
            ? None()
            : new SkippedEvents(
                rebuild.SkipApplyErrors || (isAsync && errors.SkipApplyErrors),
                rebuild.SkipSerializationErrors || (isAsync && errors.SkipSerializationErrors));
    }

    /// <summary>Whether an event is skipped.</summary>
    public bool Contains(string stream, long version) => _events.Contains((stream, version));

    /// <summary>Skips an event that could not be read.</summary>
    public void Add(string stream, long version) => _events.Add((stream, version));

    /// <summary>Skips the event that could not be applied, if that is allowed and new.</summary>
    public bool TryAdd(ApplyEventException fault) => areAppliedOrSkipped && _events.Add((fault.Event.StreamKey!, fault.Event.Version));
}
