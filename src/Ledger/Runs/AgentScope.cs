using System.Collections.Concurrent;
using Ledger.Log;

namespace Ledger.Runs;

/// <summary>Marks the work of one agent, so that agents which share a <see cref="Run"/> do not take each other's answers for causes, or for their own.</summary>
/// <remarks>It flows with <c>await</c> and into tasks that the agent starts. Events appended in the scope are caused by answers received in the
/// scope. Identical requests that are answered by their number (<see cref="CallReuse.ByOccurrence"/>) are counted for each name; of two agents at work at once
/// on one handle without names, the second to make the same request is refused it.</remarks>
public sealed class AgentScope : IDisposable
{
    private static readonly AsyncLocal<AgentScope?> Current = new();

    private readonly AgentScope? _outer;
    private readonly string? _name;
    private readonly ConcurrentDictionary<(object? Log, StreamName Stream), GivenAnswers> _answers = [];
    private volatile bool _isDisposed;

    private AgentScope(AgentScope? outer, string? name) => (_outer, _name) = (outer, name ?? outer?._name);

    /// <summary>That of the agent at work; null outside of scopes.</summary>
    internal static AgentScope? Present
    {
        get
        {
            var scope = Current.Value;
            while (scope is { _isDisposed: true })
            {
                scope = scope._outer;
            }

            return scope;
        }
    }

    /// <summary>Whether its agent has ended.</summary>
    internal bool IsOver => _isDisposed;

    /// <summary>The answers of a history that the agent at work was given; null outside of scopes. Another log may have another history of that name.</summary>
    internal static GivenAnswers? AnswersOf(IEventStore store, StreamName stream) => Present?._answers.GetOrAdd((store.Get<ILogIdentity>()?.Log, stream), static _ => new GivenAnswers());

    /// <summary>The attempt whose occurrences are counted by themselves: of a name, those of each attempt are.</summary>
    internal static string? AttemptOf(string? attempt) => Present?._name is { } name ? $"{attempt}\n{name}" : attempt;

    /// <summary>Whether neither of two scopes is inside of the other.</summary>
    internal bool IsBeside(AgentScope other) => !IsWithin(other) && !other.IsWithin(this);

    /// <summary>Opens a scope for the code that follows, until it is disposed.</summary>
    public static AgentScope Open() => Current.Value = new AgentScope(Present, null);

    /// <summary>Opens a scope of an agent with a name, until it is disposed; scopes inside have the name too, unless they have their own.</summary>
    /// <param name="name">The agent's name among those that share its handle; the same when it is run again.</param>
    /// <exception cref="ArgumentException">The name is empty, or white space.</exception>
    public static AgentScope Open(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return Current.Value = new AgentScope(Present, name);
    }

    /// <summary>Returns to the scope outside.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (Current.Value == this)
        {
            Current.Value = _outer;
        }
    }

    private bool IsWithin(AgentScope other)
    {
        for (var scope = this; scope is not null; scope = scope._outer)
        {
            if (scope == other)
            {
                return true;
            }
        }

        return false;
    }
}
