using Ledger.Log;

namespace Ledger.Wolverine.Handling;

/// <summary>A <see cref="HandledStream{T}"/> of any state, as it is saved.</summary>
internal interface IHandledStream
{
    /// <summary>The name of the stream.</summary>
    StreamName Name { get; }

    /// <summary>The version of the state.</summary>
    StreamVersion Version { get; }

    /// <summary>The events that the handler has given.</summary>
    IReadOnlyList<object> Appended { get; }

    /// <summary>Whether the version must be right even when there are no events.</summary>
    bool AlwaysEnforceConsistency { get; }
}
