namespace Ledger.Marten;

/// <summary>Tag of the events that an actor caused: those whose metadata has this <see cref="Log.EventMetadata.Actor"/>.</summary>
/// <param name="Value">The actor: 1 to 1,000 bytes of UTF-8, compared exactly.</param>
public sealed record ActorTag(string Value);

/// <summary>Tag of the requests to a language model and of its responses: events <c>llm.request</c> and <c>llm.response</c>.</summary>
/// <param name="Value">The model as the event names it: 1 to 1,000 bytes of UTF-8, compared exactly.</param>
public sealed record ModelTag(string Value);

/// <summary>Tag of the calls of a tool and of their results: events <c>tool.called</c> and <c>tool.returned</c>.</summary>
/// <param name="Value">The tool: 1 to 1,000 bytes of UTF-8, compared exactly.</param>
public sealed record ToolTag(string Value);

/// <summary>Tag of the events of a task, which are those of its stream.</summary>
/// <param name="Value">The task's id, without <c>task:</c>: 1 to 1,000 bytes of UTF-8, compared exactly.</param>
public sealed record TaskTag(string Value);
