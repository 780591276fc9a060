namespace Ledger.Runs;

/// <summary>How to treat a call with an unknown outcome, because its caller died or was cut off.</summary>
public enum EffectPolicy
{
    /// <summary>The call is made again, with the same <see cref="CallContext.IdempotencyKey"/>. For calls without effects, and callees that honour the key.</summary>
    Repeat,

    /// <summary>The call is not made again: a <see cref="CallUnknownException"/> is thrown until someone answers or releases it.</summary>
    Refuse,

    /// <summary><see cref="CallOptions.Reconcile"/> is asked what became of the call.</summary>
    Reconcile,
}
