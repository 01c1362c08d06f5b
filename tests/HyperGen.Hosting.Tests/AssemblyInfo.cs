// Environment variables, listeners and what is allocated are the whole process's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
