using Ledger.Projections;

namespace Ledger.Explorer.Projections;

/// <summary>A projection followed over a part of a stream.</summary>
/// <param name="Run">The stream; null if none was named yet.</param>
/// <param name="Projection">The projection that was named.</param>
/// <param name="Known">The projections that can be followed over the stream.</param>
/// <param name="Steps">The steps of the part.</param>
/// <param name="From">The position at which the part begins.</param>
/// <param name="Next">The position after it.</param>
/// <param name="End">The position after the last event that was asked for.</param>
/// <param name="Length">The length of the stream.</param>
/// <param name="Limit">The most steps of a part.</param>
internal sealed record ProjectionStepsModel(
    Run? Run, string? Projection, IReadOnlyList<string> Known, IReadOnlyList<ProjectionStep> Steps, Position From, Position Next, Position End, Position Length, int Limit)
{
    public bool IsLast => Next >= End;
}
