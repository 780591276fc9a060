namespace Ledger;

/// <summary>The name that an event type has in the log; it stays when the class is renamed.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventTypeAttribute : Attribute
{
    /// <summary>Sets the name, such as <c>order-placed.v1</c>: 1 to 500 characters.</summary>
    public EventTypeAttribute(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The name in the log.</summary>
    public string Name { get; }
}
