namespace Ledger.Worlds;

/// <summary>The reason why an event cannot be applied to a world.</summary>
public enum WorldFault
{
    /// <summary>It patches an object that does not exist; <c>unknown_object</c>.</summary>
    UnknownObject,

    /// <summary>A mandatory member is absent; <c>missing_field</c>.</summary>
    MissingField,

    /// <summary>A member, or the whole event, has the wrong kind of JSON; <c>bad_payload</c>.</summary>
    BadPayload,
}
