using System.Text.Json;

namespace Ledger.Records;

/// <summary>Something an agent believes: a fact, a requirement, a decision, a risk, with its evidence and confidence.</summary>
/// <remarks>
/// Immutable. Equal if all twelve fields are, numbers by their spelling, regardless of the order of keys. The defaults are those of a
/// fact that was observed. Any value can be set; <see cref="ChronoRules"/> defines which a store accepts.
/// </remarks>
public sealed partial record ChronoRecord
{
    /// <summary>The record's name in its project; writing the same id again replaces the record.</summary>
    public string Id { get; init => field = Given("id", value); } = "";

    /// <summary>
    /// The kind: <c>fact</c> by default, <c>requirement</c>, <c>testcase</c>, <c>decision</c>, <c>risk</c> or any word of the application.
    /// </summary>
    public string Kind { get; init => field = Given("kind", value); } = "fact";

    /// <summary>The validity: <c>active</c> by default, <c>deprecated</c>, <c>hypothesis</c>, <c>invalidated</c> or <c>tombstone</c>.</summary>
    public string Status { get; init => field = Given("status", value); } = "active";

    /// <summary>The record in one line.</summary>
    public string Label { get; init => field = Given("label", value); } = "";

    /// <summary>How certain it is, from 0 to 1; 0.7 by default.</summary>
    public ChronoNumber Confidence { get; init => field = Given("confidence", value); } = 0.7;

    /// <summary>The source: <c>observed</c> by default, <c>inferred</c>, <c>hypothesis</c> or <c>synthetic</c>.</summary>
    public string SourceType { get; init => field = Given("source_type", value); } = "observed";

    /// <summary>References to supporting evidence.</summary>
    public IReadOnlyList<string> Evidence { get; init => field = Given("evidence", value); } = [];

    /// <summary>The scopes outside which the record makes no claim.</summary>
    public IReadOnlyList<string> EpistemicBoundary { get; init => field = Given("epistemic_boundary", value); } = [];

    /// <summary>Whether it is a guess, whatever its status.</summary>
    public bool IsHypothesis { get; init => field = Given("is_hypothesis", value); }

    /// <summary>Assumptions about the model that created it, a JSON object; undefined means none.</summary>
    public JsonElement ModelAssumptions { get; init => field = Given("model_assumptions", value); }

    /// <summary>How deep in a chain of agents it was created; a store sets it to its own depth on every write.</summary>
    public long RecursionDepth { get; init => field = Given("recursion_depth", value); }

    /// <summary>Further content, a JSON object; undefined means none.</summary>
    public JsonElement Data { get; init => field = Given("data", value); }

    /// <inheritdoc/>
    public bool Equals(ChronoRecord? other) => other is not null && ToValue().IsSameAs(other.ToValue());

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Label, Confidence);

    /// <summary>The id and the label, for display.</summary>
    public override string ToString() => $"{Id}: {Label}";
}
