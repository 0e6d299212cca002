using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;

namespace OrleansSocial.Kernel;

/// <summary>An event as its record declares it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Alias">Its name in the log.</param>
/// <param name="Told">Its name to clients; null where nobody is told.</param>
internal sealed record EventDeclaration(Type Record, string Alias, string? Told)
{
    private static readonly ConcurrentDictionary<Type, EventDeclaration> s_known = [];

    /// <summary>The declaration of a record.</summary>
    /// <exception cref="InvalidOperationException">It is not declared as an event.</exception>
    public static EventDeclaration Of(Type record) => s_known.GetOrAdd(record, static record => new(
        record,
        record.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias ?? throw new InvalidOperationException($"{record} is an event and has no [Alias]."),
        record.GetCustomAttribute<ToldAttribute>(inherit: false)?.Type));

    /// <summary>An event from what the log holds of it.</summary>
    public IEvent Read(string data) => (IEvent)StateSerializer.Read(data, Record);
}

/// <summary>The events that an assembly declares.</summary>
internal sealed record EventAssembly(Assembly Of);

/// <summary>Every event that this version knows, by its name in the log.</summary>
internal sealed class EventCatalog(IEnumerable<EventAssembly> assemblies)
{
    private readonly FrozenDictionary<string, EventDeclaration> _byAlias = assemblies.SelectMany(one => one.Of.GetTypes())
        .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IEvent)))
        .Select(EventDeclaration.Of)
        .ToFrozenDictionary(declared => declared.Alias, StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public IEnumerable<EventDeclaration> All => _byAlias.Values;

    /// <summary>The event of a name; null for one of another version.</summary>
    public EventDeclaration? Find(string alias) => _byAlias.GetValueOrDefault(alias);
}
