namespace Ledger.Tasks;

/// <summary>A message of that id is saved already, with equal content or other; nothing was written.</summary>
public sealed class MessageExistsException : Exception
{
    /// <summary>States the id.</summary>
    public MessageExistsException(string messageId)
        : base($"The message '{messageId}' is saved already, and a message never changes, not even to the same content. Nothing was written; "
            + "save another message under a different id.") => MessageId = messageId;

    /// <summary>The id that is taken.</summary>
    public string MessageId { get; }
}
