using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Services;

/// <summary>How long services live, as the service collection has it: the registration that comes last counts.</summary>
/// <remarks>The collection is read when first asked, so that what tests and host extensions register late is seen.</remarks>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    /// <summary>What the container itself provides, with the lifetime of the application.</summary>
    private static readonly Type[] s_builtIn = [typeof(IServiceScopeFactory), typeof(IServiceProviderIsService), typeof(IServiceProviderIsKeyedService)];

    private ILookup<(Type Type, object? Key), ServiceDescriptor> Registrations => field ??= services.ToLookup(static service => (service.ServiceType, service.ServiceKey));

    /// <summary>Whether a service lives as long as the application.</summary>
    public bool IsSingleton(Type type, object? key) => Find(type, key) == ServiceLifetime.Singleton;

    /// <summary>The lifetime of a service; for a sequence of services the shortest of theirs; null when the collection does not say.</summary>
    public ServiceLifetime? Find(Type type, object? key)
    {
        if (Descriptor(type, key) is { } descriptor)
        {
            return descriptor.Lifetime;
        }
        if (key is null && s_builtIn.Contains(type))
        {
            return ServiceLifetime.Singleton;
        }
        if (IsSequence(type, out Type? element))
        {
            // Singleton, Scoped, Transient count up: the greatest is the one that lives shortest, but for Transient, which can be held.
            return Descriptors(element, key).Any(static service => service.Lifetime == ServiceLifetime.Scoped) ? ServiceLifetime.Scoped
                : Descriptors(element, key).Any(static service => service.Lifetime == ServiceLifetime.Transient) ? ServiceLifetime.Transient
                : ServiceLifetime.Singleton;
        }
        return null;
    }

    /// <summary>The registration that a service comes from; null when it has none of its own.</summary>
    public ServiceDescriptor? Descriptor(Type type, object? key) =>
        Registrations[(type, key)].LastOrDefault()
        ?? (type.IsConstructedGenericType ? Registrations[(type.GetGenericTypeDefinition(), key)].LastOrDefault() : null)
        ?? (key is not null ? Registrations[(type, KeyedService.AnyKey)].LastOrDefault() : null);

    /// <summary>All registrations of a service.</summary>
    public IEnumerable<ServiceDescriptor> Descriptors(Type type, object? key) =>
        Registrations[(type, key)].Concat(type.IsConstructedGenericType ? Registrations[(type.GetGenericTypeDefinition(), key)] : []);

    /// <summary>Whether a type is <see cref="IEnumerable{T}"/>, which a container makes of all registrations of a service.</summary>
    public static bool IsSequence(Type type, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Type? element)
    {
        element = type.IsConstructedGenericType && type.GetGenericTypeDefinition() == typeof(IEnumerable<>) ? type.GenericTypeArguments[0] : null;
        return element is not null;
    }
}
