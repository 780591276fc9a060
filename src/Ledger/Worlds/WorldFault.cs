namespace Ledger.Worlds;

/// <summary>Why an event cannot be applied to a world.</summary>
public enum WorldFault
{
    /// <summary>It patches an object that does not exist; <c>unknown_object</c>.</summary>
    UnknownObject,

    /// <summary>A member that it must have is absent; <c>missing_field</c>.</summary>
    MissingField,

    /// <summary>A member, or the whole, has the wrong kind of JSON; <c>bad_payload</c>.</summary>
    BadPayload,
}
