using System.Collections.Concurrent;

namespace Ledger.Runs;

/// <summary>Marks the work of one agent, so that agents which share a <see cref="Run"/> do not take each other's answers for causes.</summary>
/// <remarks>It flows with <c>await</c> and into tasks that the agent starts. Events appended in the scope are caused by answers received in the
/// scope.</remarks>
public sealed class AgentScope : IDisposable
{
    private static readonly AsyncLocal<AgentScope?> Current = new();

    private readonly AgentScope? _outer;
    private readonly ConcurrentDictionary<StreamName, GivenAnswers> _answers = [];
    private volatile bool _isDisposed;

    private AgentScope(AgentScope? outer) => _outer = outer;

    /// <summary>The answers of a history that the agent at work was given; null outside of scopes.</summary>
    internal static GivenAnswers? AnswersOf(StreamName stream)
    {
        var scope = Current.Value;
        while (scope is { _isDisposed: true })
        {
            scope = scope._outer;
        }

        return scope?._answers.GetOrAdd(stream, static _ => new GivenAnswers());
    }

    /// <summary>Opens a scope for the code that follows, until it is disposed.</summary>
    public static AgentScope Open() => Current.Value = new AgentScope(Current.Value);

    /// <summary>Returns to the scope outside.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        if (Current.Value == this)
        {
            Current.Value = _outer;
        }
    }
}
