using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Log;

namespace Ledger;

/// <summary>A run or branch was given another title, for people; it does not count as work on the run.</summary>
/// <param name="Title">The title; empty for none.</param>
[EventType("run.renamed")]
public sealed record RunRenamed([property: JsonPropertyName("title")] string Title) : OpenEvent;

/// <summary>Labels of a run or branch were changed; it does not count as work on the run.</summary>
/// <param name="Added">The labels that it has from here on.</param>
/// <param name="Removed">The labels that it no longer has.</param>
[EventType("run.labelled")]
public sealed record RunLabelled(
    [property: JsonPropertyName("added"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Added = null,
    [property: JsonPropertyName("removed"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Removed = null) : OpenEvent;

/// <summary>A run has reached its end; later work on it reopens it.</summary>
/// <param name="Result">What it led to: JSON.</param>
[EventType("run.completed")]
public sealed record RunCompleted(
    [property: JsonPropertyName("result"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Result = default) : OpenEvent;

/// <summary>A run was given up; later work on it reopens it.</summary>
/// <param name="Error">What went wrong.</param>
[EventType("run.failed")]
public sealed record RunFailed([property: JsonPropertyName("error")] string Error) : OpenEvent;
