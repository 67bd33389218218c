// The conversation in the words of the TypeScript SDKs, which both majors share.

export const said = (client) => ({
  tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
  prompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
  resources: async () => (await client.listResources()).resources.map((resource) => resource.uri),
  call: async (name, args) => {
    const result = await client.callTool({ name, arguments: args });
    return { text: result.content.map((part) => part.text).join(''), failed: Boolean(result.isError) };
  },
  prompt: async (name) => (await client.getPrompt({ name })).messages.map((message) => message.content.text).join(''),
  resource: async (uri) => (await client.readResource({ uri })).contents.map((part) => part.text).join(''),
});
