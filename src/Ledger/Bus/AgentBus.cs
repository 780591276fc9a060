using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Ledger.Json;

namespace Ledger.Bus;

/// <summary>An in-process bus.</summary>
/// <remarks>
/// A new bus has the abilities that describe the others: <c>bus:list</c>, <c>bus:abilities</c>, <c>bus:schema</c> and <c>bus:inspect</c>.
/// Safe for concurrent use.
/// </remarks>
public sealed class AgentBus : IAgentBus
{
    private readonly ConcurrentDictionary<string, Ability> _abilities = new(StringComparer.Ordinal);

    /// <summary>Creates a bus with only the abilities of module <c>bus</c>.</summary>
    public AgentBus() => BusAbilities.Register(this);

    /// <inheritdoc/>
    public IReadOnlyList<AbilityMeta> Abilities =>
        [.. _abilities.Values.Select(a => a.Meta).OrderBy(m => m.Id, CodePointComparer.Instance)];

    /// <inheritdoc/>
    public void Register<TInput, TOutput>(AbilityMeta<TInput, TOutput> meta, Func<TInput, CancellationToken, Task<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ArgumentNullException.ThrowIfNull(handler);
        Add(new SingleAbility<TInput, TOutput>(meta, handler));
    }

    /// <inheritdoc/>
    public void Register<TInput, TOutput>(
        AbilityMeta<TInput, TOutput> meta,
        Func<TInput, CancellationToken, IAsyncEnumerable<TOutput>> handler)
    {
        ArgumentNullException.ThrowIfNull(meta);
        ArgumentNullException.ThrowIfNull(handler);
        Add(new StreamingAbility<TInput, TOutput>(meta, handler));
    }

    /// <inheritdoc/>
    public bool Unregister(string abilityId)
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        return _abilities.TryRemove(abilityId, out _);
    }

    /// <inheritdoc/>
    public bool Has(string abilityId)
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        return _abilities.ContainsKey(abilityId);
    }

    /// <inheritdoc/>
    public AbilityMeta? Find(string abilityId)
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        return _abilities.GetValueOrDefault(abilityId)?.Meta;
    }

    /// <inheritdoc/>
    public async Task<string> InvokeAsync(string abilityId, string json, CancellationToken cancellationToken = default)
    {
        var ability = Get(abilityId);
        var pieces = ability.RunAsync(AbilityInput.Parse(ability.Meta, json), cancellationToken);
        if (!ability.IsStream)
        {
            return await pieces.SingleAsync(cancellationToken).ConfigureAwait(false);
        }

        var array = new StringBuilder("[");
        await foreach (var piece in pieces.ConfigureAwait(false))
        {
            array.Append(array.Length > 1 ? "," : "").Append(piece);
        }

        return array.Append(']').ToString();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> InvokeStreamAsync(
        string abilityId,
        string json,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var ability = Get(abilityId);
        await foreach (var piece in ability.RunAsync(AbilityInput.Parse(ability.Meta, json), cancellationToken).ConfigureAwait(false))
        {
            yield return piece;
        }
    }

    private Ability Get(string abilityId)
    {
        ArgumentNullException.ThrowIfNull(abilityId);
        return _abilities.GetValueOrDefault(abilityId) ?? throw new AbilityNotFoundException(abilityId);
    }

    private void Add(Ability ability)
    {
        if (!_abilities.TryAdd(ability.Meta.Id, ability))
        {
            throw new InvalidOperationException($"The ability '{ability.Meta.Id}' is already registered. Unregister it first, or choose another id.");
        }
    }
}
