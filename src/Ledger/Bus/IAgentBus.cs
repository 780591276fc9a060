namespace Ledger.Bus;

/// <summary>Where abilities are registered under an id, found, and called with JSON.</summary>
/// <remarks>
/// <para>An ability is a handler with a description and two JSON Schemas, made from the types of its input and its output. What calls it knows
/// only the id and the schemas: a program, a person at the command line, or a language model.</para>
/// <para>All members are safe for concurrent use. An ability that is unregistered while it runs ends as if nothing had happened.</para>
/// </remarks>
public interface IAgentBus
{
    /// <summary>What is registered, sorted by id.</summary>
    IReadOnlyList<AbilityMeta> Abilities { get; }

    /// <summary>Registers an ability that answers once.</summary>
    /// <param name="meta">What it is called, takes and gives.</param>
    /// <param name="handler">Does it; called by many at once. What it throws goes to who called the ability.</param>
    /// <exception cref="InvalidOperationException">The id is taken; unregister it first.</exception>
    void Register<TInput, TOutput>(AbilityMeta<TInput, TOutput> meta, Func<TInput, CancellationToken, Task<TOutput>> handler);

    /// <summary>Registers an ability that answers in pieces; its output schema is that of a piece.</summary>
    /// <param name="meta">What it is called, takes and gives.</param>
    /// <param name="handler">Does it; called by many at once. What it throws goes to who called the ability.</param>
    /// <exception cref="InvalidOperationException">The id is taken; unregister it first.</exception>
    void Register<TInput, TOutput>(
        AbilityMeta<TInput, TOutput> meta,
        Func<TInput, CancellationToken, IAsyncEnumerable<TOutput>> handler);

    /// <summary>Takes an ability away, and says whether there was one.</summary>
    bool Unregister(string abilityId);

    /// <summary>Whether an ability is registered.</summary>
    bool Has(string abilityId);

    /// <summary>What an ability is called, takes and gives, or null.</summary>
    AbilityMeta? Find(string abilityId);

    /// <summary>Calls an ability and gives its answer as JSON; that of one which answers in pieces is the array of them.</summary>
    /// <param name="abilityId">Which one.</param>
    /// <param name="json">The input: JSON that fits the ability's schema.</param>
    /// <param name="cancellationToken">Given to the handler.</param>
    /// <exception cref="AbilityNotFoundException">There is none of that id.</exception>
    /// <exception cref="AbilityInputException">The input is not what the ability takes; every member at fault is named.</exception>
    Task<string> InvokeAsync(string abilityId, string json, CancellationToken cancellationToken = default);

    /// <summary>Calls an ability and gives the pieces of its answer as they come, each as JSON; that of one which answers once is one piece.</summary>
    /// <param name="abilityId">Which one.</param>
    /// <param name="json">The input: JSON that fits the ability's schema.</param>
    /// <param name="cancellationToken">Given to the handler.</param>
    /// <exception cref="AbilityNotFoundException">There is none of that id; thrown when the first piece is asked for.</exception>
    /// <exception cref="AbilityInputException">The input is not what the ability takes; thrown when the first piece is asked for.</exception>
    IAsyncEnumerable<string> InvokeStreamAsync(string abilityId, string json, CancellationToken cancellationToken = default);
}
