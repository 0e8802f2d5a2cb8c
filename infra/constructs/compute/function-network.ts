import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { FunctionOptions } from 'aws-cdk-lib/aws-lambda';
import { explainWildcard } from './explained-wildcard.ts';

/** Where the functions run, if they run in a network of the user's. */
export interface FunctionNetwork {
  readonly vpc?: IVpc | undefined;
  readonly vpcSubnets?: SubnetSelection | undefined;
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
}

/** The props of a function that place it in its network. */
export function placed(
  network: FunctionNetwork,
): Pick<FunctionOptions, 'vpc' | 'vpcSubnets' | 'securityGroups'> {
  const { vpc, vpcSubnets, securityGroups } = network;
  return {
    ...(vpc && { vpc }),
    ...(vpcSubnets && { vpcSubnets }),
    ...(securityGroups && { securityGroups: [...securityGroups] }),
  };
}

/**
 * Lets a function's role make the network interfaces that Lambda reaches a VPC by:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function allowNetwork(role: Role, { vpc }: FunctionNetwork): void {
  if (!vpc) return;
  const actions = [
    ...['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface', 'DescribeSubnets'],
    ...['AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses'],
  ].map((action) => `ec2:${action}`);
  role.addToPolicy(new PolicyStatement({ actions, resources: ['*'] }));
  explainWildcard(role, '*', 'Lambda’s network interfaces have no names before they are made');
}
