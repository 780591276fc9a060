using Ledger.Log;

namespace Ledger.Projections;

/// <summary>An inline projection could not apply an event, so the append was refused.</summary>
public sealed class ProjectionFailedException : Exception
{
    /// <summary>Creates the exception for a projection, an event and a fault.</summary>
    public ProjectionFailedException(string projection, RecordedEvent recorded, Exception fault)
        : base($"Projection '{projection}' cannot apply event '{recorded?.Type}' at version {recorded?.Version} of stream '{recorded?.Stream}': "
            + $"{fault?.Message} Nothing was written; correct the projection, or append another event.", fault)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        Projection = projection;
        Stream = recorded.Stream;
        Version = recorded.Version;
        EventId = recorded.Id;
    }

    /// <summary>The projection's name.</summary>
    public string Projection { get; }

    /// <summary>The event's stream.</summary>
    public StreamName Stream { get; }

    /// <summary>The version that the event has, or would have had, in its stream.</summary>
    public StreamVersion Version { get; }

    /// <summary>The event's id; another program may have appended it, without the projection.</summary>
    public Guid EventId { get; }
}
