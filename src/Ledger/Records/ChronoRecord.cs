using System.Text.Json;

namespace Ledger.Records;

/// <summary>Something that an agent holds to be so: a fact, a requirement, a decision, a risk, with what speaks for it and how sure it is.</summary>
/// <remarks>
/// Immutable. Equal when all twelve fields are, numbers by their spelling, regardless of the order of keys. The defaults are those of a
/// fact that was observed. Any value may be given; <see cref="ChronoRules"/> says which a store takes.
/// </remarks>
public sealed partial record ChronoRecord
{
    /// <summary>The name of the record in its project; writing the same id again replaces the record.</summary>
    public string Id { get; init => field = Given("id", value); } = "";

    /// <summary>
    /// What it is: <c>fact</c> by default, <c>requirement</c>, <c>testcase</c>, <c>decision</c>, <c>risk</c> or a word of the application.
    /// </summary>
    public string Kind { get; init => field = Given("kind", value); } = "fact";

    /// <summary>Whether it holds: <c>active</c> by default, <c>deprecated</c>, <c>hypothesis</c>, <c>invalidated</c> or <c>tombstone</c>.</summary>
    public string Status { get; init => field = Given("status", value); } = "active";

    /// <summary>One line that says it.</summary>
    public string Label { get; init => field = Given("label", value); } = "";

    /// <summary>How sure it is, from 0 to 1; 0.7 by default.</summary>
    public ChronoNumber Confidence { get; init => field = Given("confidence", value); } = 0.7;

    /// <summary>Where it comes from: <c>observed</c> by default, <c>inferred</c>, <c>hypothesis</c> or <c>synthetic</c>.</summary>
    public string SourceType { get; init => field = Given("source_type", value); } = "observed";

    /// <summary>References to what speaks for it.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = Given("evidence", value); } = [];

    /// <summary>The scopes beyond which it is not claimed.</summary>
    public IReadOnlyList<string> EpistemicBoundary { get; init => field = Given("epistemic_boundary", value); } = [];

    /// <summary>Whether it is a guess, whatever its status.</summary>
    public bool IsHypothesis { get; init => field = Given("is_hypothesis", value); }

    /// <summary>What was assumed of the model that made it, a JSON object; undefined means none.</summary>
    public JsonElement ModelAssumptions { get; init => field = Given("model_assumptions", value); }

    /// <summary>How deep in a chain of agents it was made; a store sets it to its own on every write.</summary>
    public long RecursionDepth { get; init => field = Given("recursion_depth", value); }

    /// <summary>Further content, a JSON object; undefined means none.</summary>
    public JsonElement Data { get; init => field = Given("data", value); }

    /// <inheritdoc/>
    public bool Equals(ChronoRecord? other) => other is not null && ToValue().IsSameAs(other.ToValue());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Label, Confidence);

    /// <summary>The id and the label.</summary>
    public override string ToString() => $"{Id}: {Label}";
}
