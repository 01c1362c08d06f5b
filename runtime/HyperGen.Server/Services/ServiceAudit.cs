using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using HyperGen.CompilerServices;
using Microsoft.Extensions.DependencyInjection;

namespace HyperGen.Server.Services;

/// <summary>Checks before the first request that everything handlers and middleware ask for is there, and that nothing is held longer than it lives.</summary>
/// <remarks>It follows constructors as far as registrations name a class. What a factory will ask for it cannot know.</remarks>
internal sealed class ServiceAudit
{
    private readonly IServiceProviderIsKeyedService _registered;
    private readonly ServiceLifetimes _lifetimes;
    private readonly ServiceProblems _problems;
    private readonly HashSet<(ServiceDescriptor Service, object? Key, string? Holder)> _seen = [];

    private ServiceAudit(IServiceProvider services, ServiceLifetimes lifetimes, ServiceProblems problems)
    {
        _registered = services.GetRequiredService<IServiceProviderIsKeyedService>();
        _lifetimes = lifetimes;
        _problems = problems;
    }

    /// <summary>Checks what modules require.</summary>
    public static void Run(IEnumerable<EndpointModule> modules, IServiceProvider services, ServiceLifetimes lifetimes, ServiceProblems problems)
    {
        var audit = new ServiceAudit(services, lifetimes, problems);
        foreach (ServiceRequirement requirement in modules.SelectMany(static module => module.Services))
        {
            audit.Check(requirement.ServiceType, requirement.Key, requirement.Consumer, requirement.RequiresSingleton ? requirement.Consumer : null);
        }
    }

    /// <summary>Checks one service.</summary>
    /// <param name="type">The service.</param>
    /// <param name="key">Its key, or null.</param>
    /// <param name="consumer">Who asks for it.</param>
    /// <param name="holder">Who on the way to it lives as long as the application; null when nobody does.</param>
    private void Check(Type type, object? key, string consumer, string? holder)
    {
        if (!IsRegistered(type, key))
        {
            _problems.Add($"{consumer} asks for {TypeNames.Of(type, key)}, which is not registered: add it to builder.Services.");
            return;
        }
        if (holder is not null && _lifetimes.Find(type, key) == ServiceLifetime.Scoped)
        {
            string through = holder == consumer ? "" : $" (through {consumer})";
            _problems.Add($"{holder} lives as long as the application but asks for {TypeNames.Of(type, key)}{through}, which is scoped: a request would be given another's.");
            return;
        }
        if (ServiceLifetimes.IsSequence(type, out Type? element) && _lifetimes.Descriptor(type, key) is null)
        {
            foreach (ServiceDescriptor descriptor in _lifetimes.Descriptors(element, key))
            {
                CheckDependencies(descriptor, key, holder);
            }
        }
        else if (_lifetimes.Descriptor(type, key) is { } descriptor)
        {
            CheckDependencies(descriptor, key, holder);
        }
    }

    private void CheckDependencies(ServiceDescriptor descriptor, object? key, string? holder)
    {
        if (Implementation(descriptor) is not { } implementation || IsOfTheFramework(implementation))
        {
            return;
        }
        string name = TypeNames.Of(implementation);
        string? next = descriptor.Lifetime == ServiceLifetime.Singleton ? name : holder;
        if (!_seen.Add((descriptor, key, next)))
        {
            return;
        }
        foreach (ParameterInfo parameter in Constructor(implementation, key)?.GetParameters() ?? [])
        {
            if (parameter.HasDefaultValue || parameter.IsDefined(typeof(ServiceKeyAttribute)) || parameter.ParameterType.ContainsGenericParameters)
            {
                continue;
            }
            Check(parameter.ParameterType, Key(parameter, key), name, next);
        }
    }

    [return: DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)]
    private static Type? Implementation(ServiceDescriptor descriptor) => descriptor.IsKeyedService ? descriptor.KeyedImplementationType : descriptor.ImplementationType;

    /// <summary>The constructor that the container will use: of those it can satisfy the one with the most parameters.</summary>
    private ConstructorInfo? Constructor([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] Type implementation, object? key)
    {
        ConstructorInfo[] constructors = implementation.GetConstructors();
        return constructors.Length <= 1
            ? constructors.FirstOrDefault()
            : constructors.Where(constructor => constructor.GetParameters().All(parameter => IsSatisfied(parameter, key))).MaxBy(static constructor => constructor.GetParameters().Length);
    }

    private bool IsSatisfied(ParameterInfo parameter, object? key) =>
        parameter.HasDefaultValue || parameter.IsDefined(typeof(ServiceKeyAttribute)) || IsRegistered(parameter.ParameterType, Key(parameter, key));

    private bool IsRegistered(Type type, object? key) => key is null ? _registered.IsService(type) : _registered.IsKeyedService(type, key);

    /// <summary>The key that a parameter asks for; where its attribute names none, that which the service itself was asked for by.</summary>
    private static object? Key(ParameterInfo parameter, object? inherited) => parameter.GetCustomAttribute<FromKeyedServicesAttribute>() switch
    {
        null => null,
#if NET10_0_OR_GREATER
        { LookupMode: ServiceKeyLookupMode.InheritKey } => inherited,
#endif
        { Key: var key } => key,
    };

    /// <summary>Whether a class comes with .NET: its registrations are taken to be right.</summary>
    private static bool IsOfTheFramework(Type type) =>
        type.Assembly.GetName().Name is { } name && (name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal) || name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal));
}
