namespace Ledger.Bus;

/// <summary>A registry of abilities, which are called by id with JSON.</summary>
/// <remarks>
/// <para>An ability is a handler with a description and two JSON Schemas, made from the types of its input and its output. The caller knows
/// only the id and the schemas: a program, a person at the command line, or a language model.</para>
/// <para>All members are safe for concurrent use. An ability that is unregistered while it runs still completes normally.</para>
/// </remarks>
public interface IAgentBus
{
    /// <summary>The registered abilities, sorted by id.</summary>
    IReadOnlyList<AbilityMeta> Abilities { get; }

    /// <summary>Registers an ability that answers once.</summary>
    /// <param name="meta">The id, description and JSON Schemas of the ability.</param>
    /// <param name="handler">Handles calls, possibly several at once. Its exceptions reach the caller of the ability.</param>
    /// <exception cref="InvalidOperationException">The id is taken; unregister it first.</exception>
    void Register<TInput, TOutput>(AbilityMeta<TInput, TOutput> meta, Func<TInput, CancellationToken, Task<TOutput>> handler);

    /// <summary>Registers an ability that answers in pieces; its output schema is that of a piece.</summary>
    /// <param name="meta">The id, description and JSON Schemas of the ability.</param>
    /// <param name="handler">Handles calls, possibly several at once. Its exceptions reach the caller of the ability.</param>
    /// <exception cref="InvalidOperationException">The id is taken; unregister it first.</exception>
    void Register<TInput, TOutput>(
        AbilityMeta<TInput, TOutput> meta,
        Func<TInput, CancellationToken, IAsyncEnumerable<TOutput>> handler);

    /// <summary>Unregisters an ability; returns whether it was registered.</summary>
    bool Unregister(string abilityId);

    /// <summary>Whether an ability is registered.</summary>
    bool Has(string abilityId);

    /// <summary>The id, description and JSON Schemas of an ability; null if it is not registered.</summary>
    AbilityMeta? Find(string abilityId);

    /// <summary>Calls an ability and returns its answer as JSON; if it answers in pieces, an array of them.</summary>
    /// <param name="abilityId">The id of the ability.</param>
    /// <param name="json">The input: JSON that matches the ability's schema.</param>
    /// <param name="cancellationToken">Passed to the handler.</param>
    /// <exception cref="AbilityNotFoundException">No ability has that id.</exception>
    /// <exception cref="AbilityInputException">The input does not match the schema; the message names every faulty member.</exception>
    Task<string> InvokeAsync(string abilityId, string json, CancellationToken cancellationToken = default);

    /// <summary>Calls an ability and streams the pieces of its answer, each as JSON; an ability that answers once has one piece.</summary>
    /// <param name="abilityId">The id of the ability.</param>
    /// <param name="json">The input: JSON that matches the ability's schema.</param>
    /// <param name="cancellationToken">Passed to the handler.</param>
    /// <exception cref="AbilityNotFoundException">No ability has that id; thrown when the first piece is requested.</exception>
    /// <exception cref="AbilityInputException">The input does not match the schema; thrown when the first piece is requested.</exception>
    IAsyncEnumerable<string> InvokeStreamAsync(string abilityId, string json, CancellationToken cancellationToken = default);
}
